/** Turns and checks that several playbooks share. */
import { latest, type ToolUse, type Turn } from "../playbook.ts";
import type { Scene } from "../scene.ts";

/** Recognises the demo project by its package.json in a tool result, plain or JSON-encoded. */
export const demoWorkspace = /name\\?":\s*\\?"parcel-quote/;

export const use = (name: string, args: Record<string, unknown>): ToolUse => ({ name, args });
export const read = (path: string): ToolUse => use("read", { path });
export const bash = (command: string): ToolUse => use("bash", { command });

/** What the task says to call, a line each: `Call bash {"command":"ls"}`. */
export function callsOf(scene: Scene): ToolUse[] {
  return [...scene.task.matchAll(/^Call (\w+) (\{.*\})$/gm)].map(([, name = "", args = "{}"]) =>
    use(name, JSON.parse(args)),
  );
}

/** The exit code is printed in our own words: a later turn relies on it, whatever the tool adds to its result. */
export const nodeTests = bash('node --test; echo "tests ended with $?"');
export const projectTests = bash(
  'if command -v npm >/dev/null 2>&1; then npm test; else node --test; fi; echo "tests ended with $?"',
);

/** The first turn of every playbook that works in a workspace: the same for all, as the workspace is not yet known. */
export const lookAround: Turn = {
  text: "I look at the workspace first.",
  calls: [use("ls", { path: "." }), read("package.json"), bash("git log --oneline -n 5; git ls-files | head -n 60")],
};

/** True if the latest test run ended with 0; undefined if none was run. */
export function testsPassed(scene: Scene): boolean | undefined {
  const run = latest(scene, "bash", /tests ended with \d+/);
  return run ? /tests ended with 0\b/.test(run.content) : undefined;
}

/** One line about the latest test run, taken from its output. */
export function testSummary(scene: Scene): string {
  const output = latest(scene, "bash", /tests ended with \d+/)?.content ?? "";
  const count = (name: string) => new RegExp(`(?:#|ℹ) ${name} (\\d+)`).exec(output)?.[1];
  const code = /tests ended with (\d+)/.exec(output)?.[1] ?? "unknown";
  const counts = ["tests", "pass", "fail", "todo"].map((name) => [name, count(name)]).filter(([, value]) => value);
  return counts.length > 0
    ? `${counts.map(([name, value]) => `${name} ${value}`).join(", ")} (exit code ${code})`
    : `no summary in the output (exit code ${code})`;
}
