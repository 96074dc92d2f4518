/** What the demo model knows about the demo project: the bug, the wanted feature and the edits that build both. */
import { completeStep, failStep } from "../outputs.ts";
import { type Playbook, readOf, type Script, type ToolUse, type Turn } from "../playbook.ts";
import type { Scene } from "../scene.ts";
import { lookAround, nodeTests, read, testSummary, testsPassed, use } from "./shared.ts";

const bug = "grams < each.maxGrams";

export const rootCause =
  "src/bands.js, bandFor: the comparison `grams < each.maxGrams` leaves out the limit itself, so a parcel of exactly 1000 g " +
  "falls into the next band and is charged too much. The README says a band holds parcels up to and including its limit.";

export const designPath = "docs/design/express-delivery.md";
export const designDoc = `# Express delivery and the limit of a band

## Today
\`node --test\` fails in one test: a parcel of exactly 1000 g is priced as "medium". ${rootCause}
Express delivery is wanted (README) and not built; its test is a todo.

## Change
1. \`src/bands.js\`: compare with \`<=\`. Nothing else in that file changes.
2. \`src/quote.js\`: \`quote\` takes \`express\` (default \`false\`). Express costs one and a half times the price after the
   destination is counted, rounded up to a whole cent.
3. \`test/quote.js\`: the todo becomes a test with an odd price (195 cents, so that rounding shows) and one abroad.
4. \`README.md\`: express moves from "Wanted" to "Rules".

## Unchanged
The shape of the result (\`{ band, cents }\`), the error for parcels that are too heavy, the command line.

## Proof
\`node --test\`: the failing test passes, the todo is gone, nothing else changes colour.
`;

const bandEdit = use("edit", { path: "src/bands.js", oldText: bug, newText: "grams <= each.maxGrams" });
const expressEdits: ToolUse[] = [
  use("multiedit", {
    path: "src/quote.js",
    edits: [
      { oldText: "const abroadFactor = 2;", newText: "const abroadFactor = 2;\nconst expressFactor = 1.5;" },
      {
        oldText: "/** The price of one parcel: `{ band, cents }`. */",
        newText: "/** The price of one parcel: `{ band, cents }`. Express is rounded up to a whole cent. */",
      },
      {
        oldText: "quote({ grams, country = home })",
        newText: "quote({ grams, country = home, express = false })",
      },
      {
        oldText: "  const cents = country === home ? band.cents : band.cents * abroadFactor;",
        newText:
          "  const standard = country === home ? band.cents : band.cents * abroadFactor;\n" +
          "  const cents = express ? Math.ceil(standard * expressFactor) : standard;",
      },
    ],
  }),
  use("edit", {
    path: "test/quote.js",
    oldText: 'test.todo("express costs half as much again, rounded up");',
    newText:
      'test("express costs half as much again, rounded up", () => {\n' +
      "  assert.equal(quote({ grams: 50, express: true }).cents, 293);\n" +
      '  assert.equal(quote({ grams: 750, country: "DE", express: true }).cents, 1350);\n' +
      "});",
  }),
  use("edit", {
    path: "README.md",
    oldText:
      "- A parcel heavier than the last band is refused.\n\n## Wanted\n\n" +
      "- Express delivery: `quote({ grams: 750, express: true })` costs half as much again, rounded up to a whole cent.",
    newText:
      "- A parcel heavier than the last band is refused.\n" +
      "- Express delivery (`quote({ grams: 750, express: true })`) costs half as much again, rounded up to a whole cent.",
  }),
];

/** Reads the code and runs the tests as they are. */
export const inspect: Turn = {
  thinking:
    "package.json says `node --test`, no dependencies. Before I decide anything I want to see which tests fail today, and " +
    "read the two modules that make a price.",
  text: "A small project without dependencies. I run its tests and read the code they cover.",
  calls: [nodeTests, read("README.md"), read("src/bands.js"), read("src/quote.js"), read("test/quote.js")],
};

function pendingEdits(scene: Scene, express: boolean): ToolUse[] {
  const edits = readOf(scene, "src/bands.js").includes(bug) ? [bandEdit] : [];
  const wanted = express && !readOf(scene, "src/quote.js").includes("express");
  return wanted ? [...edits, ...expressEdits] : edits;
}

function change(express: boolean): Script {
  return (scene) => {
    const edits = pendingEdits(scene, express);
    if (edits.length === 0) {
      return followUp(scene);
    }
    return {
      thinking:
        "`find` takes the first band for which grams < maxGrams. At exactly 1000 g that is false for `small`, so `medium` " +
        "wins. The README says the limit is included: the comparison is wrong, not the test.",
      text: express
        ? "One test fails because the limit of a band is left out: `<` has to be `<=`. I repair that and build express delivery with its test."
        : "One test fails because the limit of a band is left out: `<` has to be `<=`. I repair that line and nothing else.",
      calls: edits,
    };
  };
}

/** A later attempt finds its earlier edits in place; it records how the feedback was answered. */
function followUp(scene: Scene): Turn {
  const path = `docs/notes/${scene.step.toLowerCase()}-attempt-${scene.attempt}.md`;
  const content =
    `# Attempt ${scene.attempt} of ${scene.step}\n\nThe code already holds the change of an earlier attempt; the feedback was checked against it.\n\n` +
    `- Tests before this attempt: ${testSummary(scene)}.\n- No further edit was needed in src/ or test/.\n`;
  return {
    text: "My earlier change is in place. I check the feedback against it and write down what I found.",
    calls: [use("write", { path, content })],
  };
}

const verify: Turn = { text: "Now all tests again.", calls: [nodeTests] };

const share: Turn = {
  text: "All green. One thing is worth knowing for the others.",
  calls: [
    use("share_knowledge", {
      category: "convention",
      content: "parcel-quote: a band includes its limit; prices are whole cents, rounded up.",
      importance: "medium",
    }),
  ],
};

/** Look, inspect, edit, test, and end with what `finish` says; gives the step up when the tests are still red. */
export function fixDemoProject(options: {
  express: boolean;
  finish: (scene: Scene) => Record<string, string>;
}): Playbook["turns"] {
  const end = (scene: Scene): Turn =>
    testsPassed(scene) === true
      ? completeStep(scene, { text: "The step is done.", outputs: options.finish(scene) })
      : failStep(scene, { error: "The tests do not pass.", details: testSummary(scene) });
  return [
    lookAround,
    inspect,
    change(options.express),
    verify,
    (scene) => (testsPassed(scene) ? share : end(scene)),
    end,
  ];
}
