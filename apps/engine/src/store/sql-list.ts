/**
 * `('a', 'b')` for `IN`: named sets of states become part of a statement's text, not parameters, because only then can the planner
 * prove that an index over some states serves it. For constants of plain words only.
 */
export function sqlList(words: readonly string[]): string {
  if (words.length === 0 || !words.every((word) => /^[a-z]+$/.test(word))) {
    throw new Error("not a list of plain words");
  }
  return `(${words.map((word) => `'${word}'`).join(", ")})`;
}
