import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./styles.css", import.meta.url), "utf8");

/** The hex tokens of one block of the style sheet. */
function tokens(block: RegExp): Record<string, string> {
  const body = block.exec(css)?.[1] ?? "";
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const surfaces = ["bg", "surface", "sunken", "hover"];
const text = surfaces.flatMap((on) =>
  ["fg", "muted", "faint", "accent-text", "ok", "warn", "danger", "info"].map((c) => [c, on]),
);
const soft = ["ok", "warn", "danger", "info"].flatMap((s) => [
  [s, `${s}-soft`],
  ["fg", `${s}-soft`],
  ["muted", `${s}-soft`],
]);
const solid = [
  ["accent-fg", "accent"],
  ["accent-fg", "accent-hover"],
  ["danger-fg", "danger-solid"],
  ["accent-text", "accent-soft"],
  ["muted", "accent-soft"],
];
const control = ["bg", "surface", "sunken"].map((on) => ["line-control", on]);

describe.each([
  ["light", tokens(/:root \{\s*color-scheme: light;([^}]*)\}/)],
  ["dark", tokens(/\.dark \{([^}]*)\}/)],
])("%s theme", (_name, token) => {
  it.each([...text, ...soft, ...solid])("text %s on %s reaches AA", (front = "", back = "") => {
    expect(contrast(token[front] ?? "", token[back] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  it.each(control)("%s on %s is seen (3:1)", (front = "", back = "") => {
    expect(contrast(token[front] ?? "", token[back] ?? "")).toBeGreaterThanOrEqual(3);
  });
});
