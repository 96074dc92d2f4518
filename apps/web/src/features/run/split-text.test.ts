import { describe, expect, test } from "vitest";
import { growBlock, isPlain, splitAtLines, type TextBlock } from "./split-text.ts";

/** As chunks come: the last block grows, the ones before are finished. */
function grow(chunks: readonly string[]): TextBlock[] {
  const blocks: TextBlock[] = [{ text: "", start: "paragraph" }];
  for (const chunk of chunks) {
    const last = blocks.pop();
    blocks.push(...growBlock(last ?? { text: "", start: "paragraph" }, chunk));
  }
  return blocks;
}
const joined = (blocks: readonly TextBlock[]) => blocks.map(({ text }) => text).join("");
const longest = (blocks: readonly TextBlock[]) => Math.max(...blocks.map(({ text }) => text.length));
const paragraph = `${"word ".repeat(120)}\n\n`;

describe("text", () => {
  test("is cut between paragraphs and stays markdown", () => {
    const blocks = grow(Array.from({ length: 60 }, () => paragraph));
    expect(joined(blocks)).toBe(paragraph.repeat(60));
    expect(longest(blocks)).toBeLessThan(7000);
    expect(blocks.every((block) => !isPlain(block))).toBe(true);
  });

  test("without paragraphs is cut at line ends, and from there shown as it stands", () => {
    const line = `${"x".repeat(35)}\n`;
    const blocks = grow(Array.from({ length: 25_000 }, () => line));
    expect(joined(blocks)).toBe(line.repeat(25_000));
    expect(longest(blocks)).toBeLessThanOrEqual(20_000);
    expect(blocks.slice(0, -1).every(({ text }) => text.endsWith("\n"))).toBe(true);
    expect(blocks.every(isPlain)).toBe(true);
  });

  test("comes to the same whether it came in pieces or at once", () => {
    const line = `${"x".repeat(35)}\n`;
    const text = line.repeat(3000);
    const blocks = grow([text]);
    expect(joined(blocks)).toBe(text);
    expect(longest(blocks)).toBeLessThanOrEqual(20_000);
  });

  test("without line ends is cut all the same, never inside a character", () => {
    const text = `a${"😀".repeat(50_000)}`;
    const blocks = grow([text]);
    expect(joined(blocks)).toBe(text);
    expect(longest(blocks)).toBeLessThanOrEqual(20_000);
    expect(blocks.every((block) => block.text.isWellFormed())).toBe(true);
  });

  test("after a long block of code is markdown again", () => {
    const code = `\`\`\`\n${"const a = 1;\n\n".repeat(4000)}\`\`\`\n\n`;
    const blocks = grow([code, paragraph]);
    expect(joined(blocks)).toBe(code + paragraph);
    expect(blocks.slice(1, -1).every(({ start }) => start === "code")).toBe(true);
    expect(blocks.at(-1)).toEqual({ text: paragraph, start: "paragraph" });
  });

  test("a block is no longer looked through once it is cut: it takes no time that grows with the text", () => {
    // Time of a core: what else the machine does at the same time is not counted.
    const started = process.threadCpuUsage();
    grow(Array.from({ length: 50_000 }, () => `${"x".repeat(35)} `));
    const { user, system } = process.threadCpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});

test("pieces end with lines and are the text again", () => {
  const text = `${"thought ".repeat(20)}\n`.repeat(500);
  const pieces = splitAtLines(text);
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.join("")).toBe(text);
  expect(splitAtLines("")).toEqual([""]);
});
