/** The `bugfix` pipeline: REPRODUCE, FIX, VALIDATE. */
import { completeStep } from "../outputs.ts";
import type { Playbook, Script } from "../playbook.ts";
import { fixDemoProject, inspect, rootCause } from "./demo-project.ts";
import { demoWorkspace, lookAround, projectTests, testSummary, testsPassed } from "./shared.ts";

const pipeline = /^bugfix$/;

/** Also the ending of VALIDATE in the `resolve` pipeline. */
export const reportValidation: Script = (scene) => {
  const green = testsPassed(scene) === true;
  return completeStep(scene, {
    text: green ? "The bug is gone and nothing else broke." : "The bug is still there.",
    outputs: {
      validate_result: green ? "PASS" : "FAIL",
      test_report: `\`npm test\`: ${testSummary(scene)}.`,
    },
  });
};

export const bugfix: Playbook[] = [
  {
    id: "bugfix.REPRODUCE",
    when: { pipeline, step: /^REPRODUCE$/, workspace: demoWorkspace },
    turns: [
      lookAround,
      inspect,
      (scene) =>
        completeStep(scene, {
          text: "The test suite shows the bug by itself; I followed it to one line.",
          outputs: {
            reproduction: `\`node --test\`: ${testSummary(scene)}. The failing test: "a parcel at exactly the limit still belongs to the band".`,
            root_cause: rootCause,
          },
        }),
    ],
  },
  {
    id: "bugfix.FIX",
    when: { pipeline, step: /^FIX$/, workspace: demoWorkspace },
    turns: fixDemoProject({
      express: false,
      finish: () => ({
        summary:
          "A band left out its own limit. src/bands.js now compares with <=. The test that failed is kept and passes; no other comparison of this kind exists.",
        files_changed: "src/bands.js",
      }),
    }),
  },
  {
    id: "bugfix.VALIDATE",
    when: { pipeline, step: /^VALIDATE$/, workspace: demoWorkspace },
    turns: [
      lookAround,
      { text: "I repeat the reproduction with the whole suite.", calls: [projectTests] },
      reportValidation,
    ],
  },
];
