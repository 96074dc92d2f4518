import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTemplate } from "./template.ts";

describe("renderTemplate", () => {
  it.each([
    ["plain", "no tags", {}, "no tags", []],
    ["a variable", "a {{x}} b", { x: "1" }, "a 1 b", []],
    ["blanks inside", "{{  x }}", { x: "1" }, "1", []],
    ["a missing one, listed once", "{{x}}-{{x}}", {}, "-", ["x"]],
    ["an empty one is not missing", "[{{x}}]", { x: "" }, "[]", []],
    ["a condition that holds", "{% if x %}yes {{x}}{% endif %}!", { x: "1" }, "yes 1!", []],
    ["a condition that does not", "{% if x %}yes {{y}}{% endif %}!", {}, "!", []],
    ["blanks do not hold", "{% if x %}yes{% endif %}", { x: " \n" }, "", []],
    ["several conditions", "{% if a %}A{% endif %}{%if b%}B{%endif%}", { b: "1" }, "B", []],
    ["over lines", "{% if a %}\nA\n{% endif %}", { a: "1" }, "\nA\n", []],
    ["values are not read again", "{{a}}", { a: "{{b}}{% if b %}", b: "x" }, "{{b}}{% if b %}", []],
    ["dollars stay", "{{a}}", { a: "$& $1 $$" }, "$& $1 $$", []],
    ["inherited names are missing", "{{constructor}}{{__proto__}}", {}, "", ["constructor", "__proto__"]],
    ["other braces stay", "{{ a.b }} {x} {{}} {{{a}}}", { a: "1" }, "{{ a.b }} {x} {{}} {1}", []],
    ["faulty tags stay", "{% else %}{% endif %}{{a}}", { a: "1" }, "{% else %}{% endif %}1", []],
  ])("%s", (_name, template, variables, text, missing) => {
    expect(renderTemplate(template, variables as Record<string, string>)).toEqual({ text, missing });
  });

  it("never throws, and inserts any value as it is", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom("{{", "}}", "{%", "%}", " if a ", "endif", "{{a}}", "{% if a %}", "{% endif %}"),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.string(), (pieces, value) => {
        renderTemplate(pieces.join(""), { a: value });
        return renderTemplate("<{{a}}>", { a: value }).text === `<${value}>`;
      }),
    );
  });

  it("reads a hostile template in linear time", () => {
    // Quadratic reading of these would take minutes and end at the test's time limit.
    for (const hostile of ["{%", "{{ ", "{% if a", "{{a", "{{ a ".repeat(3)]) {
      const text = hostile.repeat(100_000);
      expect(renderTemplate(text, {}).text).toBe(text);
    }
  });
});
