/** The nearest known word to a misspelt one. */

const plain = (word: string) => word.toLowerCase().replace(/[\s_-]/g, "");

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (older[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    older = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The candidate that was probably meant, or null; case, `_` and `-` do not count as differences. */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  const wanted = plain(word.slice(0, 64));
  let best: { candidate: string; edits: number } | null = null;
  for (const candidate of candidates) {
    const edits = distance(wanted, plain(candidate));
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, 3) / 3));
    if (edits <= allowed && candidate.length > edits && (!best || edits < best.edits)) {
      best = { candidate, edits };
    }
  }
  return best?.candidate ?? null;
}

/** ` Did you mean …?`, or the known words when none is near; starts with a blank. */
export function hint(word: string, candidates: readonly string[]): string {
  const near = suggest(word, candidates);
  if (near) {
    return ` Did you mean \`${near}\`?`;
  }
  const shown = candidates.slice(0, 12).map((candidate) => `\`${candidate}\``);
  return shown.length === 0 ? "" : ` Known: ${shown.join(", ")}${candidates.length > shown.length ? ", …" : ""}.`;
}
