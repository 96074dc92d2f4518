/** Where the tasks of a delegation are drawn: a column for each wave of dependencies, from left to right. Pure. */
export interface Node {
  key: string;
  dependencies: readonly string[];
}
export interface Place {
  x: number;
  y: number;
}
export interface Drawing {
  places: ReadonlyMap<string, Place>;
  /** From the right side of what comes before to the left side of what builds on it. */
  lines: { id: string; from: string; to: string; path: string }[];
  width: number;
  height: number;
}

/** Pixels. */
export const NODE = { width: 176, height: 48 };
const GAP = { x: 48, y: 12 };

export function drawTasks(tasks: readonly Node[]): Drawing {
  const column = columnsOf(tasks);
  const rows = new Map<number, number>();
  const places = new Map<string, Place>();
  for (const { key } of tasks) {
    const at = column.get(key) ?? 0;
    const row = rows.get(at) ?? 0;
    rows.set(at, row + 1);
    places.set(key, { x: at * (NODE.width + GAP.x), y: row * (NODE.height + GAP.y) });
  }
  const lines = tasks.flatMap(({ key, dependencies }) =>
    dependencies.map((from) => ({
      id: `${from} ${key}`,
      from,
      to: key,
      path: pathOf(places.get(from), places.get(key)),
    })),
  );
  const columns = Math.max(0, ...column.values()) + 1;
  const highest = Math.max(1, ...rows.values());
  return {
    places,
    lines,
    width: columns * NODE.width + (columns - 1) * GAP.x,
    height: highest * NODE.height + (highest - 1) * GAP.y,
  };
}

/** One more than the furthest of what it builds on. The server lets no circle in; one would end here all the same. */
function columnsOf(tasks: readonly Node[]): Map<string, number> {
  const column = new Map(tasks.map(({ key }) => [key, 0]));
  for (let round = 0; round < tasks.length; round += 1) {
    for (const { key, dependencies } of tasks) {
      column.set(key, Math.max(0, ...dependencies.map((one) => Math.min(tasks.length, (column.get(one) ?? 0) + 1))));
    }
  }
  return column;
}

function pathOf(from: Place | undefined, to: Place | undefined): string {
  if (!from || !to) {
    return "";
  }
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x, to.y + NODE.height / 2];
  const middle = x2 - GAP.x / 2;
  return `M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${x2} ${y2}`;
}
