/** Plays one pipeline step against a chat-completions server with plain file and shell tools; for tests of playbooks. */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

interface Message {
  role: string;
  content: string | null;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

export interface StepPlay {
  url: string;
  key: string;
  model: string;
  workspace: string;
  pipeline: string;
  step: string;
  attempt?: number;
  required: string[];
  /** The step's own prompt, already filled in. */
  input: string;
  /** Names of the tools on offer. */
  tools: string[];
}

export interface StepEnd {
  ending: "complete" | "fail" | "text" | "turn-limit";
  outputs: Record<string, string>;
  text: string;
  messages: Message[];
}

const maxTurns = 12;
/** Without these a `node --test` started from a test runner would report to that runner. */
const shellEnv = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, VITEST: undefined };

function shell(command: string, cwd: string): Promise<string> {
  return new Promise((resolve) => {
    execFile("bash", ["-c", command], { cwd, env: shellEnv, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

interface Args {
  path: string;
  content: string;
  oldText: string;
  newText: string;
  edits: { oldText: string; newText: string }[];
  command: string;
}

async function replaceAll(file: string, edits: Args["edits"]): Promise<string> {
  let text = await readFile(file, "utf8");
  for (const edit of edits) {
    if (text.split(edit.oldText).length !== 2) {
      throw new Error(`oldText must occur once: ${edit.oldText}`);
    }
    text = text.replace(edit.oldText, () => edit.newText);
  }
  await writeFile(file, text);
  return "edited";
}

async function useTool(name: string, args: Args, workspace: string): Promise<string> {
  const file = join(workspace, args.path ?? ".");
  switch (name) {
    case "ls":
      return (await readdir(file)).join("\n");
    case "read":
      return readFile(file, "utf8");
    case "write":
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, args.content);
      return "written";
    case "edit":
      return replaceAll(file, [args]);
    case "multiedit":
      return replaceAll(file, args.edits);
    case "bash":
      return shell(args.command, workspace);
    default:
      return "ok";
  }
}

async function ask(play: StepPlay, messages: Message[]): Promise<Message> {
  const tools = play.tools.map((name) => ({ type: "function", function: { name, parameters: { type: "object" } } }));
  const response = await fetch(`${play.url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${play.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: play.model, messages, ...(tools.length > 0 && { tools }) }),
  });
  if (!response.ok) {
    throw new Error(`${response.status}: ${await response.text()}`);
  }
  const body = (await response.json()) as { choices: [{ message: Message }] };
  return body.choices[0].message;
}

/** Calls the model and its tools until `complete`, `fail`, a plain text answer or twelve turns. Tool errors throw. */
export async function playStep(play: StepPlay): Promise<StepEnd> {
  const head = `Pipeline: ${play.pipeline}\nStep: ${play.step}\nAttempt: ${play.attempt ?? 1}\n\n`;
  const messages: Message[] = [
    { role: "system", content: `You are an agent.\nRequired outputs: ${play.required.join(", ")}` },
    { role: "user", content: head + play.input },
  ];
  for (let turn = 0; turn < maxTurns; turn += 1) {
    const answer = await ask(play, messages);
    messages.push(answer);
    const text = answer.content ?? "";
    const calls = answer.tool_calls ?? [];
    if (calls.length === 0) {
      return { ending: "text", outputs: {}, text, messages };
    }
    for (const call of calls) {
      const { name } = call.function;
      const args = JSON.parse(call.function.arguments) as Args & { outputs?: Record<string, string> };
      if (name === "complete" || name === "fail") {
        return { ending: name, outputs: args.outputs ?? {}, text, messages };
      }
      const content = await useTool(name, args, play.workspace).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" && name === "read") {
          return `no such file: ${args.path}`;
        }
        throw error;
      });
      messages.push({ role: "tool", tool_call_id: call.id, content });
    }
  }
  return { ending: "turn-limit", outputs: {}, text: "", messages };
}
