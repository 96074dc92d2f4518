/** How long the second key of a pair may take, in ms. */
const PAIR_MS = 1_200;

export type KeyPress = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; repeat?: boolean };

type PressArgs<S> = { event: KeyPress; entries: readonly S[]; plain: boolean; at: number };

/**
 * Recognises shortcuts in a row of key presses: `c`, `g r`, `mod+k`. Of two with the same keys the later registered
 * wins. `plain` says whether keys without the command key count just now.
 */
export function createKeyMatcher() {
  let first: { key: string; at: number } | null = null;

  function press<S extends { keys: string }>({ event, entries, plain, at }: PressArgs<S>): S | null {
    const before = first;
    first = null;
    if (event.altKey || event.repeat) {
      return null;
    }
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      return find(entries, `mod+${key}`);
    }
    if (!plain) {
      return null;
    }
    const pair = before !== null && at - before.at <= PAIR_MS ? find(entries, `${before.key} ${key}`) : null;
    if (pair) {
      return pair;
    }
    if (entries.some((entry) => entry.keys.startsWith(`${key} `))) {
      first = { key, at };
      return null;
    }
    return find(entries, key);
  }

  return { press };
}

function find<S extends { keys: string }>(entries: readonly S[], keys: string): S | null {
  return entries.findLast((entry) => entry.keys === keys) ?? null;
}
