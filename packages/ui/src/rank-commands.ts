/** Which entries of the palette answer to what is typed, best first. Whole letters in a row only: scattered ones find nonsense. */
type Findable = { label: string; hint?: string; keywords?: readonly string[] };
type Group<T> = { heading: string; items: readonly T[] };

/** Entries that match, best first, in groups with the best match first; ties keep the given order. */
export function rankCommands<T extends Findable>(groups: readonly Group<T>[], query: string): Group<T>[] {
  const typed = query.trim().toLowerCase();
  if (typed === "") {
    return groups.filter((group) => group.items.length > 0);
  }
  return groups
    .map(({ heading, items }) => {
      const scored = items.map((item) => ({ item, score: scoreOf(item, typed) })).filter(({ score }) => score > 0);
      scored.sort((a, b) => b.score - a.score);
      return { heading, items: scored.map(({ item }) => item), best: scored[0]?.score ?? 0 };
    })
    .filter(({ best }) => best > 0)
    .sort((a, b) => b.best - a.best)
    .map(({ heading, items }) => ({ heading, items }));
}

/** 0 for no match; a match of the label counts more than one beside it, the start of a word more than its middle. */
function scoreOf({ label, hint = "", keywords = [] }: Findable, typed: string): number {
  const name = label.toLowerCase();
  if (name.startsWith(typed)) {
    return name === typed ? 6 : 5;
  }
  const words = typed.split(/\s+/);
  const all = [label, hint, ...keywords].join(" ").toLowerCase();
  const begins = (text: string) =>
    words.every((word) => ` ${text.replaceAll(/[^\p{L}\p{N}]+/gu, " ")}`.includes(` ${word}`));
  const holds = (text: string) => words.every((word) => text.includes(word));
  return begins(name) ? 4 : holds(name) ? 3 : begins(all) ? 2 : holds(all) ? 1 : 0;
}
