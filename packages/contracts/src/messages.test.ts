import { expect, test } from "vitest";
import { z } from "zod";
import "./messages.ts";

const messageOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

test.each<[z.ZodType, unknown, string]>([
  [z.string(), undefined, "is missing"],
  [z.string(), 1, "must be a text"],
  [z.int(), 1.5, "must be a whole number"],
  [z.coerce.number(), "x", "must be a number"],
  [z.object({}), [], "must be an object"],
  [z.string().min(1), "", "must not be empty"],
  [z.string().min(8), "x", "needs at least 8 characters"],
  [z.string().max(16), "x".repeat(17), "may have at most 16 characters"],
  [z.array(z.string()).max(1), ["a", "b"], "may have at most 1 entry"],
  [z.array(z.string()).min(2), ["a"], "needs at least 2 entries"],
  [z.number().min(3), 2, "must be at least 3"],
  [z.number().positive(), 0, "must be more than 0"],
  [z.number().max(3), 4, "may be at most 3"],
  [z.enum(["a", "b"]), "c", "must be one of a, b"],
  [z.literal("a"), "c", "must be a"],
  [z.email(), "c", "must be an email address"],
  [z.string().regex(/x/, "has no x"), "c", "has no x"],
])("%#: %o", (schema, value, message) => {
  expect(messageOf(schema, value)).toBe(message);
});
