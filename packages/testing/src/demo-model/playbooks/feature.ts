/** The `feature` pipeline: DESIGN, IMPLEMENT, REVIEW, TEST. */
import { completeStep } from "../outputs.ts";
import type { Playbook, Script } from "../playbook.ts";
import { designDoc, designPath, fixDemoProject, inspect } from "./demo-project.ts";
import {
  bash,
  demoWorkspace,
  lookAround,
  nodeTests,
  projectTests,
  read,
  testSummary,
  testsPassed,
  use,
} from "./shared.ts";

const pipeline = /^feature$/;

export const readTheChange: Script = {
  thinking: "The summary says what was meant. The diff says what was done; I read that first.",
  text: "I read the change itself and run the tests.",
  calls: [bash("git log --oneline -n 8; git show --stat HEAD"), read("src/bands.js"), read("src/quote.js"), nodeTests],
};

/** Approves when the tests are green, in words that name what was looked at. */
export const judge: Script = (scene) => {
  const green = testsPassed(scene) === true;
  return completeStep(scene, {
    text: green ? "The change does what the design asks. I approve it." : "Tests fail. This goes back.",
    outputs: {
      review_result: green ? "APPROVED" : "CHANGES_REQUESTED",
      review_feedback: green
        ? `The limit is included with <= and express is computed after the destination, as designed. Tests: ${testSummary(scene)}.`
        : `The tests must pass before the change can be approved: ${testSummary(scene)}. Run \`node --test\` and mend the cause.`,
    },
  });
};

const atLimits = "node src/cli.js 1000 NL; node src/cli.js 1001 NL; node src/cli.js 750 DE";
/** The line of the error itself; Node prints an excerpt of the source above it, which says RangeError too. */
const tooHeavy = "node src/cli.js 20001 NL 2>&1 | grep '^RangeError'";

export const tryByHand: Script = {
  text: "The suite has run. I try the limits by hand, and one wrong input.",
  calls: [bash(atLimits), bash(tooHeavy)],
};

/** Passes only what was seen: a green suite does not make up for a try by hand that showed something else. */
export const reportTest: Script = (scene) => {
  const printed = (command: string, text: string) =>
    scene.results.some((result) => result.args.command === command && result.content.includes(text));
  const tried = printed(atLimits, "small: 4.50");
  const refused = printed(tooHeavy, "RangeError: no band");
  const green = testsPassed(scene) === true && tried && refused;
  return completeStep(scene, {
    text: green ? "Everything holds." : "It does not hold yet.",
    outputs: {
      test_result: green ? "PASS" : "FAIL",
      test_report:
        `\`npm test\`: ${testSummary(scene)}.\n` +
        `\`node src/cli.js 1000 NL\`: ${tried ? "small: 4.50, so the limit belongs to the band" : "no price at the limit was seen"}.\n` +
        `\`node src/cli.js 20001 NL\`: ${refused ? "refused, as it should be" : "no refusal was seen"}.`,
    },
  });
};

const finishImplement = () => ({
  summary:
    "src/bands.js: a band now includes its limit (<= instead of <), which was the failing test. src/quote.js: `express` costs one and a " +
    "half times the price, rounded up. test/quote.js: the todo became a test with rounding and with a destination abroad. README.md: express " +
    "moved to the rules. All tests pass.",
});

export const feature: Playbook[] = [
  {
    id: "feature.DESIGN",
    when: { pipeline, step: /^DESIGN$/, workspace: demoWorkspace },
    turns: [
      lookAround,
      inspect,
      {
        thinking:
          "Two things in one task: a wrong comparison and a wanted option. Both are small and touch the price only, so one " +
          "design covers them. The option must come after the destination factor, or abroad would be rounded twice.",
        text: "I have what I need: one wrong comparison, one missing option. I write the design down.",
        calls: [use("write", { path: designPath, content: designDoc })],
      },
      (scene) => completeStep(scene, { text: "The design is ready.", outputs: { design_doc: designDoc } }),
    ],
  },
  {
    id: "feature.IMPLEMENT",
    when: { pipeline, step: /^IMPLEMENT$/, workspace: demoWorkspace },
    turns: fixDemoProject({ express: true, finish: finishImplement }),
  },
  {
    id: "feature.REVIEW",
    when: { pipeline, step: /^REVIEW$/, workspace: demoWorkspace },
    turns: [lookAround, readTheChange, judge],
  },
  {
    id: "feature.TEST",
    when: { pipeline, step: /^TEST$/, workspace: demoWorkspace },
    turns: [
      lookAround,
      { text: "I run the project's own test command.", calls: [projectTests] },
      tryByHand,
      reportTest,
    ],
  },
];
