/** What people read when a value does not fit its schema: one place for forms, REST and the client. */
import { z } from "zod";

type Issue = z.core.$ZodRawIssue;

const kinds: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};
const maxShown = 12;

/** A sentence that follows the field's name; undefined leaves it to zod. A message of the schema's own comes before it. */
function sentenceOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) {
        return "is missing";
      }
      return `must be ${kinds[Number.isNaN(issue.input) ? "number" : issue.expected] ?? issue.expected}`;
    case "too_small":
      return boundOf(issue.origin, { least: Number(issue.minimum), inclusive: issue.inclusive !== false });
    case "too_big":
      return boundOf(issue.origin, { most: Number(issue.maximum), inclusive: issue.inclusive !== false });
    case "invalid_value": {
      const values = issue.values.map(String);
      const more = values.length > maxShown ? ", …" : "";
      return values.length === 1
        ? `must be ${values[0]}`
        : `must be one of ${values.slice(0, maxShown).join(", ")}${more}`;
    }
    case "invalid_format":
      return issue.format === "email"
        ? "must be an email address"
        : issue.format === "url"
          ? "must be an address"
          : undefined;
    default:
      return undefined;
  }
}

type Bound = { inclusive: boolean } & ({ least: number } | { most: number });

function boundOf(origin: string, bound: Bound): string {
  const unit = origin === "string" ? "character" : origin === "array" || origin === "set" ? "entry" : null;
  const counted = (count: number) =>
    `${count} ${unit === "entry" && count !== 1 ? "entries" : count === 1 ? unit : `${unit}s`}`;
  if ("least" in bound) {
    if (unit === null) {
      return bound.inclusive ? `must be at least ${bound.least}` : `must be more than ${bound.least}`;
    }
    return bound.least === 1 ? "must not be empty" : `needs at least ${counted(bound.least)}`;
  }
  if (unit === null) {
    return bound.inclusive ? `may be at most ${bound.most}` : `must be less than ${bound.most}`;
  }
  return `may have at most ${counted(bound.most)}`;
}

z.config({ customError: sentenceOf });
