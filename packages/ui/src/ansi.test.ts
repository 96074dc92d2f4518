import { describe, expect, it } from "vitest";
import { parseAnsi, stripAnsi } from "./ansi.ts";

const ESC = "\u001b";

describe("parseAnsi", () => {
  it("keeps plain text whole", () => {
    expect(parseAnsi("just text")).toEqual([{ text: "just text", className: "" }]);
    expect(parseAnsi("")).toEqual([]);
  });

  it("colours, bright colours and resets", () => {
    expect(parseAnsi(`a ${ESC}[31mred${ESC}[0m b ${ESC}[1;92mgreen${ESC}[m`)).toEqual([
      { text: "a ", className: "" },
      { text: "red", className: "ansi-1" },
      { text: " b ", className: "" },
      { text: "green", className: "ansi-2 font-semibold" },
    ]);
  });

  it("maps the 256 colour cube and skips true colour", () => {
    expect(parseAnsi(`${ESC}[38;5;196mx`)).toEqual([{ text: "x", className: "ansi-1" }]);
    expect(parseAnsi(`${ESC}[38;2;10;20;30;1mx`)).toEqual([{ text: "x", className: "font-semibold" }]);
  });

  it("drops cursor movement, hyperlinks and bells", () => {
    expect(stripAnsi(`${ESC}[2K${ESC}[1Gdone\u0007 ${ESC}]8;;https://example.org${ESC}\\link${ESC}]8;;${ESC}\\`)).toBe(
      "done link",
    );
  });
});
