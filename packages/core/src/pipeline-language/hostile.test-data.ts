/** Texts as long as a text may be, made to cost much; a name says what there is much of. */

const fill = (line: string) => `${line}\n`.repeat(Math.floor(260_000 / (line.length + 1)));
const numbered = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

export const hostile: Record<string, string> = {
  aliases: `a: &a x\nb:\n${fill("- *a")}`,
  keys: numbered(7000, (index) => `key${index}: 1`),
  "the same key": "a: 1\n".repeat(7000),
  "lists in lists": "- ".repeat(130_000),
  "keys of keys": "? ".repeat(130_000),
  "maps in maps": "{a: ".repeat(60_000),
  "maps indented": numbered(700, (index) => `${" ".repeat(index)}a:`),
  steps: `steps:\n${numbered(5000, (index) => `- {id: s${index}}`)}`,
  results: `steps:\n- id: a\n  onResult:\n${numbered(6000, (index) => `    k${index}: {}`)}`,
  outputs: `steps:\n- id: a\n  outputs:\n${numbered(8000, () => "  - a")}`,
  "odd variables": `steps:\n- id: a\n  input: |\n${fill("    {{a.b}}")}`,
  "bad tags": `steps:\n- id: a\n  input: |\n${fill("    {% endif %}")}`,
};
