import { expect, test } from "vitest";
import { z } from "zod";
import { validationFault } from "./fault.ts";
import "./messages.ts";

const schema = z.object({ name: z.string(), limit: z.coerce.number().optional(), tags: z.array(z.string()) });

test("what is missing or is no number is said in plain words, with its place", () => {
  const { error } = schema.safeParse({ limit: "many", tags: [1] });
  const fault = error && validationFault(error, "body");
  expect(fault?.message).toBe("body.name: is missing");
  expect(fault?.details?.map(({ loc, msg }) => [loc.join("."), msg])).toEqual([
    ["body.name", "is missing"],
    ["body.limit", "must be a number"],
    ["body.tags.0", "must be a text"],
  ]);
});
