/** A list in which nothing moves under the reader's pointer: what is shown stays where it is, what is new waits. */
export interface Places<T> {
  shown: readonly T[];
  /** Came in after the list was first shown; not on the page until it is asked for. */
  waiting: readonly T[];
}
type Dated = { id: string; createdAt: number };

/** Brings a shown list up to date: newer versions in their old places, older pages at the end, new arrivals apart. */
export function keepPlaces<T extends Dated>(shown: readonly T[], listed: readonly T[]): Places<T> {
  const byId = new Map(listed.map((item) => [item.id, item]));
  const known = new Set(shown.map((item) => item.id));
  const newest = Math.max(...shown.map((item) => item.createdAt));
  const unknown = [...byId.values()].filter((item) => !known.has(item.id));
  const isArrival = (item: T) => shown.length > 0 && item.createdAt > newest;
  const next = [...shown.map((item) => byId.get(item.id) ?? item), ...unknown.filter((item) => !isArrival(item))];
  const isSame = next.length === shown.length && next.every((item, index) => item === shown[index]);
  return { shown: isSame ? shown : next, waiting: unknown.filter(isArrival) };
}
