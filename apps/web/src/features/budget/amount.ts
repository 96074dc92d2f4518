/** Amounts as people type them: `12.50` or `$12.50` in dollars, `250k` or `1.5M` in tokens. */
import { z } from "zod";

const DOLLARS = /^\$?\s*(\d{1,9}(?:\.\d{1,6})?)$/;
const TOKENS = /^(\d{1,12}(?:\.\d{1,6})?)\s*([kKmM]?)$/;
const UNITS: Record<string, number> = { "": 1, k: 1_000, m: 1_000_000 };

/** Micro-dollars; null for what is no amount. */
export function readDollars(text: string): number | null {
  const match = DOLLARS.exec(text.trim().replaceAll(",", ""));
  return match ? Math.round(Number(match[1]) * 1_000_000) : null;
}

/** Whole tokens; null for what is no amount. */
export function readTokens(text: string): number | null {
  const match = TOKENS.exec(text.trim().replaceAll(",", ""));
  return match ? Math.round(Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] ?? 1)) : null;
}

/** Micro-dollars as they stand in an input; empty for none. */
export function showDollars(micros: number | null): string {
  return micros === null ? "" : String(micros / 1_000_000);
}
export function showTokens(tokens: number | null): string {
  return tokens === null ? "" : String(tokens);
}

function amount(read: (text: string) => number | null, problem: string) {
  return z.string().transform((text, context) => {
    const value = text.trim() === "" ? null : read(text);
    if (text.trim() !== "" && (value === null || value < 1)) {
      context.addIssue({ code: "custom", message: problem });
    }
    return value;
  });
}
/** An input for dollars as micro-dollars; empty is null. */
export const DollarText = amount(readDollars, "An amount above zero, like 12.50");
/** An input for tokens; empty is null. */
export const TokenText = amount(readTokens, "A number above zero, like 250k");
