/** The `execute` pipeline on the demo project: one engineer does all of it. */
import type { Playbook } from "../playbook.ts";
import { fixDemoProject } from "./demo-project.ts";
import { demoWorkspace } from "./shared.ts";

export const execute: Playbook[] = [
  {
    id: "execute.EXECUTE",
    when: { pipeline: /^execute$/, step: /^EXECUTE$/, workspace: demoWorkspace },
    turns: fixDemoProject({
      express: true,
      finish: () => ({
        summary:
          "Repaired the limit of the weight bands and built express delivery with a test. `node --test` passes. Nothing is left open.",
      }),
    }),
  },
];
