import { stripAnsi } from "@djinnbot/ui";

/** A text that is a JSON object or list, laid out to be read, without colour codes; null for any other text. */
export function readableJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) {
    return null;
  }
  try {
    const value: unknown = JSON.parse(text, (_key, part: unknown) =>
      typeof part === "string" ? stripAnsi(part) : part,
    );
    return JSON.stringify(value, null, 2);
  } catch {
    return null;
  }
}
