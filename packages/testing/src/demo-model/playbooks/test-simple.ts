/** The `test-simple` pipeline: two steps of text. */
import { completeStep } from "../outputs.ts";
import { excerpt, type Playbook } from "../playbook.ts";

const pipeline = /^test-simple$/;

export const testSimple: Playbook[] = [
  {
    id: "test-simple.ANALYZE",
    when: { pipeline, step: /^ANALYZE$/ },
    turns: [
      (scene) =>
        completeStep(scene, {
          thinking: "No files are needed. I say what the task is about and give three steps.",
          text: "Agents and model work. This is a scripted answer.",
          outputs: {
            analysis: `The task reads: ${excerpt(scene.task, 300) || "(empty)"}`,
            plan: "1. Understand what is asked.\n2. Do the smallest thing that answers it.\n3. Check the result.",
          },
        }),
    ],
  },
  {
    id: "test-simple.SUMMARIZE",
    when: { pipeline, step: /^SUMMARIZE$/ },
    turns: [
      (scene) =>
        completeStep(scene, {
          text: "Two sentences, as asked.",
          outputs: {
            summary:
              "The task was read and planned in three steps by the demo model. Both steps of the pipeline ran and passed their outputs on.",
          },
        }),
    ],
  },
];
