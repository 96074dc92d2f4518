/** Numbers a slug that is taken. */

/** What the number may take of a slug's 64 characters. */
const numberChars = 7;
const maxChars = 64;

/**
 * `base`, or the first of `base-2`, `base-3`, … that is free; at most 64 characters, so a long base loses its end.
 * `taken` answers the slugs in use that begin with the given text.
 */
export async function freeSlug(base: string, taken: (start: string) => Promise<readonly string[]>): Promise<string> {
  const stem = base.slice(0, maxChars - numberChars).replace(/-+$/, "");
  const used = new Set(await taken(stem));
  let slug = base.slice(0, maxChars).replace(/-+$/, "");
  for (let n = 2; used.has(slug); n += 1) {
    slug = `${stem}-${n}`;
  }
  return slug;
}
