/** Findings that agents share within a run. They travel at the end of a step's summary, which people read too. */

export interface Knowledge {
  category: string;
  /** low, medium, high or critical. */
  importance: string;
  content: string;
}

const heading = "Shared knowledge:";

/** A step's summary with its findings; null when there is nothing to say. */
export function withKnowledge(summary: string | null, findings: readonly Knowledge[]): string | null {
  const lines = findings.map(
    ({ category, importance, content }) => `- [${category}, ${importance}] ${content.trim().replaceAll("\n", "\n  ")}`,
  );
  const tail = lines.length > 0 ? `${heading}\n${lines.join("\n")}` : "";
  return [summary, tail].filter(Boolean).join("\n\n") || null;
}

/** The findings in a summary that {@link withKnowledge} made; none in any other text. */
export function readKnowledge(summary: string | null): Knowledge[] {
  const at = summary?.lastIndexOf(heading) ?? -1;
  if (summary === null || at < 0) {
    return [];
  }
  const items = summary.slice(at + heading.length).split(/\n(?=- \[)/);
  return items.flatMap((item) => {
    const match = /^- \[([^\],]{1,64}), ([^\]]{1,64})\] ([\s\S]+)$/.exec(item.trim());
    const [, category, importance, content] = match ?? [];
    return category && importance && content
      ? [{ category, importance, content: content.replaceAll("\n  ", "\n") }]
      : [];
  });
}
