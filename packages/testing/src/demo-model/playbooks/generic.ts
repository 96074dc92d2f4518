/** Whatever no other playbook covers: any step of any pipeline in any repository, and plain conversation. */
import { completeStep } from "../outputs.ts";
import { excerpt, latest, type Playbook, type Script } from "../playbook.ts";
import type { Scene } from "../scene.ts";
import { lookAround, use } from "./shared.ts";

const disclaimer =
  "This is the demo model: its replies are scripted. It looked at the workspace and left notes, and it changed, ran and judged nothing else.";

function notesPath(scene: Scene): string {
  const attempt = scene.attempt > 1 ? `-${scene.attempt}` : "";
  return `docs/agent-notes/${scene.step.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}${attempt}.md`;
}

const writeNotes: Script = (scene) => {
  const listing = excerpt(latest(scene, "ls")?.content ?? "", 1500) || "(empty)";
  const content =
    `# ${scene.step}\n\n${disclaimer}\n\n## Task\n${excerpt(scene.task, 1000) || "(none given)"}\n\n` +
    `## Files at the top\n\`\`\`\n${listing}\n\`\`\`\n`;
  return {
    text: "I know this project only from its files, so I write down what I see.",
    calls: [use("write", { path: notesPath(scene), content })],
  };
};

const finish: Script = (scene) => {
  const wrote = latest(scene, "write") !== undefined;
  const said = `${disclaimer}${wrote ? ` Notes: ${notesPath(scene)}.` : ""}`;
  const prose = scene.required.filter((key) => /summary|report|feedback|notes|doc|analysis|plan|body$/.test(key));
  return completeStep(scene, {
    text: "That is all I can do here without a real model.",
    outputs: Object.fromEntries(prose.filter((key) => !key.endsWith("_json")).map((key) => [key, said])),
    summary: said,
  });
};

const converse: Script = (scene) => ({
  text:
    `${excerpt(scene.prompt, 200) ? `You wrote: "${excerpt(scene.prompt, 200)}". ` : ""}` +
    "I am the demo model and only replay scripts, so I cannot answer that. Add a model key under Settings → Providers to talk to a real one.",
});

export const generic: Playbook[] = [
  { id: "generic.step", when: { step: /\S/ }, turns: [lookAround, writeNotes, finish] },
  { id: "generic.chat", when: {}, turns: [converse] },
];
