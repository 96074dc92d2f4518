/** The first line of a task as plain text: no marks of a heading, of code or of weight. */
export function runTitle(task: string): string {
  const line = task.trim().split("\n", 1)[0] ?? "";
  const plain = line
    .replace(/^#{1,6}\s+/, "")
    .replace(/\s+#+\s*$/, "")
    .replaceAll(/`+([^`]+)`+/g, "$1")
    .replaceAll(/\*\*([^*]+)\*\*/g, "$1")
    .trim();
  return plain === "" ? line : plain;
}
