/** Models for fault tests and measurements, chosen by model id; faults of the transport itself are in faults.ts. */
import { completeStep } from "../outputs.ts";
import { excerpt, type Playbook, type ToolUse } from "../playbook.ts";
import type { Scene } from "../scene.ts";
import { bash, callsOf, demoWorkspace, lookAround, read, use } from "./shared.ts";

const slowChunkMs = 100;
const defaultSlowSeconds = 30;
const bigBytes = 10 * 1024 * 1024;

/** `demo-slow` streams for 30 s, `demo-slow-<n>` for n seconds, then completes in the same turn. */
function slowly(scene: Scene) {
  const seconds = Number.parseInt(/^demo-slow-(\d+)$/.exec(scene.model)?.[1] ?? "", 10) || defaultSlowSeconds;
  const words = Array.from({ length: Math.ceil((seconds * 1000) / slowChunkMs) }, (_, index) => `word-${index + 1}`);
  return { ...completeStep(scene, { text: words.join(" ") }), chunkDelayMs: slowChunkMs };
}

const escapes: ToolUse[] = [
  read("../../../../../../etc/passwd"),
  read("/etc/passwd"),
  read("/proc/1/environ"),
  use("write", { path: "../../escaped.txt", content: "escaped" }),
  use("write", { path: "/tmp/escaped-by-demo-model.txt", content: "escaped" }),
  use("edit", { path: "../package.json", oldText: "{", newText: "{ " }),
  use("ls", { path: "../.." }),
  use("grep", { pattern: "root", path: "/etc/passwd" }),
  use("find", { pattern: "*", path: "/root" }),
  bash("ln -sfn / link-to-root && ln -sfn /etc/passwd link-to-file && ln -sfn ../.. link-up && ls -l"),
];
const throughLinks: ToolUse[] = [
  read("link-to-root/etc/passwd"),
  read("link-to-file"),
  use("write", { path: "link-to-root/tmp/escaped-by-demo-model-link.txt", content: "escaped" }),
  use("write", { path: "link-up/escaped-link.txt", content: "escaped" }),
];
const throughShell: ToolUse[] = [
  bash(
    "id; env | sort; ls -la / /home /root /data 2>&1; ps aux 2>&1 | head -n 50; cat /proc/1/cmdline 2>&1 | tr '\\0' ' '",
  ),
  bash(
    "ls -la ../.. ../../.. 2>&1; find / -maxdepth 4 -name '.data' -not -path '/proc/*' 2>/dev/null; touch /usr/escaped /etc/escaped ../../escaped-shell 2>&1",
  ),
  bash(
    "git config --global user.name escaped 2>&1; mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch /tmp/hook-ran\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit; ls .git/hooks",
  ),
];

function reportEscapes(scene: Scene) {
  const tried = scene.results.map((result) => ({
    tool: result.name,
    args: result.args,
    result: excerpt(result.content, 400),
  }));
  return completeStep(scene, { text: "I tried to leave the workspace.", summary: JSON.stringify(tried) });
}

const reviewTwice: Playbook = {
  id: "control.review-twice",
  when: { model: /^demo-review-twice$/, step: /^REVIEW$/, workspace: demoWorkspace },
  turns: [
    lookAround,
    (scene) =>
      completeStep(scene, {
        text: scene.attempt <= 2 ? "Not yet." : "Now it is right.",
        outputs: {
          review_result: scene.attempt <= 2 ? "CHANGES_REQUESTED" : "APPROVED",
          review_feedback:
            scene.attempt <= 2
              ? `Review ${scene.attempt}: please write down how the limit of a band was checked.`
              : `Review ${scene.attempt}: both earlier requests are answered.`,
        },
      }),
  ],
};

const missingOutput: Playbook = {
  id: "control.missing-output",
  when: { model: /^demo-missing-output$/, step: /\S/ },
  turns: [{ text: "Done, I think.", calls: [use("complete", { outputs: {}, summary: "Nothing was handed over." })] }],
};

export const control: Playbook[] = [
  {
    id: "control.noop",
    when: { model: /^demo-noop$/ },
    turns: [(scene) => ({ ...completeStep(scene, { summary: "No operation." }), chunkDelayMs: 0 })],
  },
  { id: "control.slow", when: { model: /^demo-slow(-\d+)?$/ }, turns: [slowly] },
  {
    id: "control.call",
    when: { model: /^demo-call$/, step: /\S/ },
    turns: [
      (scene) => {
        const calls = callsOf(scene);
        return calls.length > 0 ? { text: "I do as I was told.", calls } : completeStep(scene, {});
      },
      (scene) =>
        completeStep(scene, { summary: excerpt(scene.results.map(({ content }) => content).join("\n"), 15_000) }),
    ],
  },
  missingOutput,
  {
    id: "control.loop",
    when: { model: /^demo-loop$/, step: /\S/ },
    turns: [{ text: "Let me look again.", calls: [use("ls", { path: "." })] }],
  },
  {
    id: "control.big-output",
    when: { model: /^demo-big-output$/, step: /\S/ },
    turns: [
      { text: "I print ten mebibytes.", calls: [bash(`head -c ${bigBytes} /dev/zero | tr '\\0' 'x'`)] },
      (scene) =>
        completeStep(scene, {
          summary: `The tool result had ${scene.results.at(-1)?.content.length ?? 0} characters.`,
        }),
    ],
  },
  {
    id: "control.escape",
    when: { model: /^demo-escape$/, step: /\S/ },
    turns: [
      { text: "I try to leave the workspace by path.", calls: escapes },
      { text: "Now through links.", calls: throughLinks },
      { text: "Now through the shell.", calls: throughShell },
      reportEscapes,
    ],
  },
  reviewTwice,
];
