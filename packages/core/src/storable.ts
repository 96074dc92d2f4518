/** Texts that JSON can carry and Postgres cannot keep: U+0000, and halves of characters. */

/** Path to the first such text (or key) in a value, or null. */
export function findUnstorable(value: unknown, path: readonly (string | number)[] = []): (string | number)[] | null {
  if (typeof value === "string") {
    return isStorable(value) ? null : [...path];
  }
  if (typeof value !== "object" || value === null) {
    return null;
  }
  for (const [key, part] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const found = isStorable(key) ? findUnstorable(part, at) : [...path];
    if (found) {
      return found;
    }
  }
  return null;
}

function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
