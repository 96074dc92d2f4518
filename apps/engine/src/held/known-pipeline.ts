/** Pipelines as they were read last: the runs of one pipeline bring the same text again and again. */
import { type ParsedPipeline, parsePipeline } from "@djinnbot/core/pipeline-language";

const maxKnown = 100;
/** Longer texts are read anew: what is kept stays small. */
const maxChars = 100_000;
/** By text; the oldest first. */
const known = new Map<string, ParsedPipeline>();

/** Shared between runs, and frozen therefore. */
export function knownPipeline(yaml: string): ParsedPipeline {
  const parsed = known.get(yaml) ?? freeze(parsePipeline(yaml));
  if (yaml.length <= maxChars) {
    known.delete(yaml);
    known.set(yaml, parsed);
  }
  const oldest = known.size > maxKnown ? known.keys().next().value : undefined;
  if (oldest !== undefined) {
    known.delete(oldest);
  }
  return parsed;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
