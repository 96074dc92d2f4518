/** The things whose name, role, slug or description hold every word that was typed, in any order and case. */
export function filterByWords<T extends { name: string; slug: string; role: string | null; description: string }>(
  items: readonly T[],
  typed: string,
): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const text = `${item.name} ${item.role ?? ""} ${item.slug} ${item.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
