import { z } from "zod";

/** An optional text as a page has it: an empty input counts as left out. */
export function optionalText<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (typeof value === "string" && value.trim() === "" ? undefined : value), schema);
}
