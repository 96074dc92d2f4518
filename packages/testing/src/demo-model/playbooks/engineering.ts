/** The `engineering` pipeline: SPEC, DESIGN, UX, then IMPLEMENT, REVIEW and TEST of each task, DEPLOY. */
import { completeStep } from "../outputs.ts";
import type { Playbook, Script } from "../playbook.ts";
import { designDoc, designPath, fixDemoProject, inspect } from "./demo-project.ts";
import { judge, readTheChange, reportTest, tryByHand } from "./feature.ts";
import { demoWorkspace, lookAround, nodeTests, projectTests, testSummary, testsPassed, use } from "./shared.ts";

const pipeline = /^engineering$/;

const requirements = [
  "1. A parcel of exactly the limit of a band is priced by that band.",
  "2. Express delivery costs one and a half times the price, rounded up to a whole cent.",
  "3. Whatever was refused or priced before stays as it is.",
].join("\n");

export const demoTasks = [
  {
    id: "limit",
    title: "Include the limit in its band",
    description: "Compare with <= in src/bands.js.",
    requirements: [1, 3],
  },
  {
    id: "express",
    title: "Build express delivery",
    description: "An option of quote(), with a test.",
    requirements: [2, 3],
  },
];

const ux =
  "There is no screen: people call `quote` or `node src/cli.js`. The command line stays as it is; express is an option of the function, " +
  "off unless asked for. A parcel that is too heavy is refused with the same words as today.";

/** Hands over what was decided, after a look at the project. */
function say(outputs: Record<string, string>, text: string): Script {
  return (scene) => completeStep(scene, { text, outputs });
}

const release: Script = (scene) => {
  const green = testsPassed(scene) === true;
  return completeStep(scene, {
    text: green ? "A clean copy passes." : "It is not ready.",
    outputs: {
      deploy_status: green ? "SUCCESS" : "FAIL",
      infra_notes: green
        ? `No migration, no configuration, nothing to watch: a library. Tests of the branch: ${testSummary(scene)}.`
        : `The tests do not pass: ${testSummary(scene)}.`,
    },
  });
};

function step(name: string, turns: Playbook["turns"]): Playbook {
  return {
    id: `engineering.${name}`,
    when: { pipeline, step: new RegExp(`^${name}$`), workspace: demoWorkspace },
    turns,
  };
}

export const engineering: Playbook[] = [
  step("SPEC", [
    lookAround,
    {
      text: "I write down what is wanted.",
      calls: [use("write", { path: "docs/spec.md", content: `# Wanted\n\n${requirements}\n` })],
    },
    say(
      {
        product_brief: "Shops that use parcel-quote lose money at the limit of a band, and ask for express delivery.",
        requirements_doc: requirements,
        success_metrics: "No wrong price at a limit is reported; express is used in one order of ten.",
      },
      "The specification is written.",
    ),
  ]),
  step("DESIGN", [
    lookAround,
    inspect,
    { text: "I write the design down.", calls: [use("write", { path: designPath, content: designDoc })] },
    say(
      {
        architecture_doc: designDoc,
        task_breakdown_json: JSON.stringify(demoTasks),
        deployment_plan: "A library: publish a new minor version. Nothing else is needed.",
      },
      "The design is ready, in two tasks.",
    ),
  ]),
  step("UX", [
    lookAround,
    say(
      { ux_spec: ux, accessibility_notes: "Plain text on the command line; nothing depends on colour." },
      "There is little to see, and I say what.",
    ),
  ]),
  step(
    "IMPLEMENT",
    fixDemoProject({
      express: true,
      finish: () => ({ summary: "Repaired the limit of the bands and built express delivery, with tests." }),
    }),
  ),
  step("REVIEW", [lookAround, readTheChange, judge]),
  step("TEST", [
    lookAround,
    { text: "I run the project's own test command.", calls: [projectTests] },
    tryByHand,
    reportTest,
  ]),
  step("DEPLOY", [
    lookAround,
    { text: "I run the tests of the branch as it is.", calls: [nodeTests] },
    {
      text: "I write the release notes.",
      calls: [
        use("write", {
          path: "docs/release.md",
          content: "# Release\n\nPublish a minor version. Way back: the version before.\n",
        }),
      ],
    },
    release,
  ]),
  step(
    "MEND",
    fixDemoProject({ express: true, finish: () => ({ summary: "Mended what made the tests of the branch fail." }) }),
  ),
];
