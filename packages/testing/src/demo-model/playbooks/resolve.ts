/** The `resolve` pipeline: ANALYZE, IMPLEMENT, VALIDATE, DESCRIBE. */
import { completeStep } from "../outputs.ts";
import type { Playbook } from "../playbook.ts";
import { reportValidation } from "./bugfix.ts";
import { fixDemoProject, inspect, rootCause } from "./demo-project.ts";
import { demoWorkspace, lookAround, projectTests } from "./shared.ts";

const pipeline = /^resolve$/;

export const resolve: Playbook[] = [
  {
    id: "resolve.ANALYZE",
    when: { pipeline, step: /^ANALYZE$/, workspace: demoWorkspace },
    turns: [
      lookAround,
      inspect,
      (scene) =>
        completeStep(scene, {
          text: "The report is right. I found the line.",
          outputs: {
            analysis: rootCause,
            implementation_plan:
              "1. src/bands.js: compare with <= in bandFor.\n2. src/quote.js: add `express` (one and a half times the price, rounded up).\n" +
              "3. test/quote.js: turn the todo into a test.\n4. README.md: move express to the rules.\n5. Run `node --test`.",
          },
        }),
    ],
  },
  {
    id: "resolve.IMPLEMENT",
    when: { pipeline, step: /^IMPLEMENT$/, workspace: demoWorkspace },
    turns: fixDemoProject({
      express: true,
      finish: () => ({
        summary:
          "Carried out the plan: the limit belongs to its band, express delivery is built and tested, the README is current.",
        files_changed: "src/bands.js, src/quote.js, test/quote.js, README.md",
      }),
    }),
  },
  {
    id: "resolve.VALIDATE",
    when: { pipeline, step: /^VALIDATE$/, workspace: demoWorkspace },
    turns: [
      lookAround,
      { text: "I run the whole suite and try what the issue describes.", calls: [projectTests] },
      reportValidation,
    ],
  },
  {
    id: "resolve.DESCRIBE",
    when: { pipeline, step: /^DESCRIBE$/, workspace: demoWorkspace },
    turns: [
      lookAround,
      (scene) => {
        const issue = /Closes #(\w+)/.exec(scene.prompt)?.[1];
        return completeStep(scene, {
          text: "I describe the change for the people who will merge it.",
          outputs: {
            pr_title: "Count a band's limit as part of the band and add express delivery",
            pr_body:
              "Parcels of exactly a band's limit were charged for the next band. They now belong to the band, as the README says.\n\n" +
              "`quote` takes `express`: one and a half times the price, rounded up to a whole cent.\n\nTested with `npm test`." +
              (issue ? `\n\nCloses #${issue}` : ""),
          },
        });
      },
    ],
  },
];
