/** The `swarm` pipeline, and the executors that any agent may send out: each writes the file that its task names. */
import { delegationTools } from "@djinnbot/contracts/builtin-tools";
import { completeStep } from "../outputs.ts";
import { excerpt, type Playbook, type Turn } from "../playbook.ts";
import type { Scene } from "../scene.ts";
import { callsOf, lookAround, use } from "./shared.ts";

const isExecutor = /You are the executor of one task/;

const part = (key: string, path: string, about: string, dependencies: string[] = []) => ({
  ...{ key, dependencies, title: `Write ${path}` },
  executionPrompt: `Write the file \`${path}\`: ${about} Touch no other file.`,
});

/** A task may say itself what to delegate: `Call swarm_execute {…}` on one line. */
function delegate(scene: Scene): Turn {
  const calls = callsOf(scene);
  return calls.length > 0 ? { text: "I delegate as I was told.", calls } : divide;
}

const divide: Turn = {
  text: "Two pages can be written at the same time; the page that leads to them comes last.",
  calls: [
    use("swarm_execute", {
      maxConcurrent: 2,
      tasks: [
        part("prices", "docs/prices.md", "how a price comes about."),
        part("faq", "docs/faq.md", "questions that customers ask."),
        part("overview", "docs/overview.md", "one line on each other page, with a link.", ["prices", "faq"]),
      ],
    }),
  ],
};

function fileOf(scene: Scene): string {
  return /`([^`\s]+\.\w+)`/.exec(scene.task || scene.prompt)?.[1] ?? "notes.md";
}

export const swarm: Playbook[] = [
  {
    id: "swarm.PLAN",
    when: { pipeline: /^swarm$/, step: /^PLAN$/ },
    turns: [
      lookAround,
      delegate,
      (scene) => {
        const answer = scene.results.find(({ name }) => delegationTools.some((tool) => tool === name))?.content;
        return completeStep(scene, { text: "The parts are back.", outputs: { summary: excerpt(answer ?? "", 4000) } });
      },
    ],
  },
  {
    id: "execute.executor",
    when: { pipeline: /^execute$/, step: /^EXECUTE$/, prompt: isExecutor },
    turns: [
      (scene) => {
        const path = fileOf(scene);
        const content = `# ${path}\n\n${scene.task}\n`;
        return { text: `I write ${path}.`, calls: [use("write", { path, content })] };
      },
      (scene) =>
        completeStep(scene, { outputs: { summary: `Wrote ${fileOf(scene)} as the task says.`, deviations: "none" } }),
    ],
  },
  {
    id: "evaluate.EVALUATE",
    when: { pipeline: /^evaluate$/, step: /^EVALUATE$/ },
    turns: [
      (scene) => {
        const keys = [...scene.prompt.matchAll(/^(\S+) \(.*\): completed, commit/gm)].map((match) => match[1] ?? "");
        const evaluation = keys.map((key, index) => `${key}: ${8 - index} of 10`).join("; ");
        return completeStep(scene, {
          outputs: { winner: keys[0] ?? "none", evaluation: evaluation || "None completed." },
        });
      },
    ],
  },
];
