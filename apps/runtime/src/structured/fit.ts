/** Whether an answer is JSON that fits a schema. A schema is somebody's text: nothing in it can hold the process up. */
import { runInNewContext } from "node:vm";
import { z } from "zod";

export type Fitted = { value: unknown } | { problem: string };

/** The patterns of a schema are regular expressions that may take for ever; nobody waits longer than this for one answer. */
const maxCheckMs = 2000;
/** An output is kept as text; the engine would cut a longer one, and half of a JSON text is none. */
const maxChars = 500_000;
const maxProblem = 2000;

export interface SchemaCheck {
  /** Reads a whole answer: JSON, at most with a code fence or words around it. */
  read(text: string): Fitted;
  /** Checks what a wire has parsed already. */
  check(value: unknown): Fitted;
}

/** Throws an Error with a sentence about what in the schema cannot be checked. */
export function schemaCheck(schema: Record<string, unknown>): SchemaCheck {
  let fits: z.ZodType;
  try {
    fits = z.fromJSONSchema(withTypes(schema) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    throw new Error(`The step's output schema cannot be checked: ${(error as Error).message}`);
  }
  const check = (value: unknown): Fitted => {
    if (JSON.stringify(value).length > maxChars) {
      return { problem: `The JSON has more than ${maxChars} characters.` };
    }
    if (isEmpty(value)) {
      return { problem: "The list is empty; at least one entry is needed." };
    }
    const problem = inTime(() => {
      const parsed = fits.safeParse(value);
      return parsed.success ? null : z.prettifyError(parsed.error).slice(0, maxProblem);
    });
    return problem === null ? { value } : { problem };
  };
  return {
    check,
    read: (text) => {
      const parsed = parseJson(text);
      return parsed === undefined ? { problem: "The answer is not valid JSON." } : check(parsed.value);
    },
  };
}

/** A regular expression can be interrupted only from outside of the code that runs it: a script with a time limit is that outside. */
function inTime(work: () => string | null): string | null {
  try {
    return runInNewContext("work()", { work }, { timeout: maxCheckMs }) as string | null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
      ? "A pattern of the schema takes too long to check on this text; use shorter texts."
      : `The answer cannot be checked: ${message}`;
  }
}

const mapKeywords = ["properties", "patternProperties", "$defs", "definitions"];
const schemaKeywords = ["items", "additionalProperties", "prefixItems", "anyOf", "oneOf", "allOf"];

/** A schema that says `properties` but no type is taken as anything at all by zod; whoever writes it means an object. */
function withTypes(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(withTypes);
  }
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (mapKeywords.includes(key) && typeof value === "object" && value !== null) {
      return [key, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withTypes(part)]))];
    }
    return [key, schemaKeywords.includes(key) ? withTypes(value) : value];
  });
  const kind = "properties" in schema || "required" in schema ? "object" : "items" in schema ? "array" : undefined;
  return { ...(kind === undefined ? {} : { type: kind }), ...Object.fromEntries(entries) };
}

/** A list without entries, also as the only list of an object: a model's way of saying nothing. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length === 0;
  }
  const lists = typeof value === "object" && value !== null ? Object.values(value).filter(Array.isArray) : [];
  return lists.length === 1 && lists[0]?.length === 0;
}

function parseJson(text: string): { value: unknown } | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1];
  const [begin, end] = [text.search(/[[{]/), Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"))];
  for (const candidate of [text, fenced, begin >= 0 && end > begin ? text.slice(begin, end + 1) : undefined]) {
    try {
      if (candidate !== undefined) {
        return { value: JSON.parse(candidate) };
      }
    } catch {
      // The next reading of the text may be JSON.
    }
  }
  return undefined;
}
