/** Bounds of JSON that strangers send, checked on its bytes before it is parsed: parsing, walking and writing cost by values, not by bytes. */
import { Fault } from "@djinnbot/contracts";

export interface JsonBounds {
  maxDepth: number;
  /** Values, counted by what opens or separates them. */
  maxValues: number;
  /** Keys of one object: beyond some thousands V8 keeps them in tables that are slow to fill and to copy. */
  maxKeys: number;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, openBracket, closeBrace, closeBracket] = [0x7b, 0x5b, 0x7d, 0x5d];
const structural = new Uint8Array(256);
for (const byte of [quote, comma, colon, openBrace, openBracket, closeBrace, closeBracket]) {
  structural[byte] = 1;
}

/** Throws BAD_REQUEST. Looks outside strings only; what is not JSON at all is left to the parser. */
export function checkJsonBounds(bytes: Uint8Array, { maxDepth, maxValues, maxKeys }: JsonBounds): void {
  const keys = new Int32Array(maxDepth + 1);
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (structural[byte] === 0) {
      continue;
    }
    if (byte === quote) {
      at = endOfString(bytes, at + 1);
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= depth > 0 ? 1 : 0;
    } else if (byte === colon) {
      const count = (keys[depth] ?? 0) + 1;
      keys[depth] = count;
      refuseAbove(maxKeys, count, "keys in one object");
    } else {
      values += 1;
      refuseAbove(maxValues, values, "values");
      if (byte !== comma) {
        depth += 1;
        refuseAbove(maxDepth, depth, "levels");
        keys[depth] = 0;
      }
    }
  }
}

/** Where its closing quote is. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let byte = bytes[at]; byte !== quote && byte !== undefined; byte = bytes[at]) {
    at += byte === backslash ? 2 : 1;
  }
  return at;
}

function refuseAbove(most: number, count: number, what: string): void {
  if (count > most) {
    throw new Fault("BAD_REQUEST", `The body has more than ${most.toLocaleString("en-US")} ${what}.`);
  }
}
