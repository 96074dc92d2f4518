/** Limits on a YAML text that are checked before it is parsed: parsing recurses, and aliases and big maps cost more than they look. */
import { Lexer } from "yaml";

/** 256 KiB, as the API accepts. */
const maxChars = 262_144;
/** Some 6,000 lines of keys and values; lines of a text block count as one token together. */
const maxTokens = 50_000;
const maxDepth = 64;
/** A pipeline may reuse a few anchors; more is an attempt to make the text explode. */
export const maxAliases = 100;

/** Mark of the reader before a scalar: what follows it is text, whatever it begins with. */
const scalarMark = "\u001f";
const tooDeep = `The text is nested more than ${maxDepth} levels deep, which no pipeline is.`;

/** Why a text is not even parsed, as a sentence; null when it may be. Linear in the text. */
export function refuseText(yaml: string): string | null {
  if (yaml.length > maxChars) {
    return `The text has ${yaml.length} characters; a pipeline has at most ${maxChars}.`;
  }
  const count = { tokens: 0, aliases: 0, flow: 0, line: 0 };
  let previous = "";
  for (const token of new Lexer().lex(yaml)) {
    const isText = previous === scalarMark;
    previous = token;
    count.tokens += 1;
    if (count.tokens > maxTokens) {
      return "The text has too many entries to be a pipeline; move long texts into `|` blocks or split it.";
    }
    if (isText) {
      continue;
    }
    if (token.startsWith("\n") || token.startsWith("\r")) {
      count.line = 0;
    }
    count.flow += token === "[" || token === "{" ? 1 : token === "]" || token === "}" ? -1 : 0;
    count.line += token === "-" || token === "?" || token === ":" ? 1 : 0;
    count.aliases += token.startsWith("*") ? 1 : 0;
    if (count.aliases > maxAliases) {
      return `The text repeats its anchors too often; at most ${maxAliases} repetitions are read.`;
    }
    if (count.flow > maxDepth || (count.flow === 0 && count.line > maxDepth)) {
      return tooDeep;
    }
  }
  return null;
}
