/** Notices an agent that repeats itself. */

/** In a row: more than any sensible polling, which waits inside one command. */
const maxInRow = 5;
/** Within the last calls: catches an agent that alternates between two or three useless ones. */
const window = 12;
const maxInWindow = 8;
/** From here on the tool's answer says that the call was made before. */
const warnAt = 3;

export interface Breaker {
  /** Counts one call; `stop` ends the step, `warn` is a note for the model. */
  note(name: string, input: unknown): { stop: string } | { warn: string | null };
}

export function createBreaker(): Breaker {
  const recent: string[] = [];
  return {
    note: (name, input) => {
      const key = `${name} ${canonical(input)}`;
      recent.push(key);
      recent.splice(0, recent.length - window);
      const inRow = recent.length - 1 - recent.findLastIndex((earlier) => earlier !== key);
      const inWindow = recent.filter((earlier) => earlier === key).length;
      if (inRow >= maxInRow || inWindow >= maxInWindow) {
        return { stop: `The agent called ${name} with the same arguments ${Math.max(inRow, inWindow)} times.` };
      }
      return {
        warn: inRow >= warnAt ? `[This same call was made ${inRow} times in a row; try something else.]` : null,
      };
    },
  };
}

/** JSON with sorted keys, so that the order of arguments does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
