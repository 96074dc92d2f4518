// Prints the rows, each measure with its subjects below one another.
import type { Row } from "./bench.ts";

type Column = { head: string; cell: (row: Row) => string; right?: boolean };

/** The table as text; ratios say how many times better (above 1) or worse we are than that row. */
export function tableText(rows: readonly Row[]): string {
  const columns: Column[] = [
    { head: "", cell: (row) => ({ ours: "●", peer: "○", floor: "·" })[row.subject.kind] },
    { head: "who", cell: (row) => row.subject.name },
    { head: "count", cell: (row) => `${row.n} ${row.of}`, right: true },
    { head: "p50", cell: (row) => figure(row.p50, row.unit), right: true },
    // The 99th percentile of a handful of rounds says nothing.
    { head: "p99", cell: (row) => (row.n >= 100 ? figure(row.p99, row.unit) : "–"), right: true },
    { head: "min", cell: (row) => figure(row.min, row.unit), right: true },
    { head: "max", cell: (row) => figure(row.max, row.unit), right: true },
    { head: "ours is", cell: (row) => ratio(rows, row), right: true },
  ];
  const lines = [columns.map((column) => column.head), ...rows.map((row) => columns.map((column) => column.cell(row)))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  const print = (line: string[]) =>
    line
      .map((cell, at) => (columns[at]?.right ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  const out = [print(lines[0] ?? [])];
  for (const measure of new Set(rows.map((row) => row.measure))) {
    const mine = rows
      .map((row, at) => ({ row, line: lines[at + 1] ?? [] }))
      .filter(({ row }) => row.measure === measure);
    out.push("", `${measure} [${mine[0]?.row.unit}]`, ...mine.map(({ line }) => print(line)));
  }
  return out.join("\n");
}

function figure(value: number, unit: Row["unit"]): string {
  if (unit === "ms") return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1);
}

function ratio(rows: readonly Row[], row: Row): string {
  const ours = rows.find((other) => other.measure === row.measure && other.subject.kind === "ours");
  if (!ours || row.subject.kind === "ours" || ours === row) return "";
  // Less than the clock can tell.
  if (ours.p50 <= 0 || row.p50 <= 0) return "–";
  const factor = row.unit === "/s" ? ours.p50 / row.p50 : row.p50 / ours.p50;
  return factor >= 1 ? `${factor.toFixed(2)}× better` : `${(1 / factor).toFixed(2)}× worse`;
}
