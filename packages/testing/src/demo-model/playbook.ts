/** Playbooks: what the demo model says and does, turn by turn; chosen by model, pipeline, step and workspace. */
import type { Scene, ToolResult } from "./scene.ts";

export interface ToolUse {
  name: string;
  args: Record<string, unknown>;
}

/** One assistant message. */
export interface Turn {
  thinking?: string;
  text?: string;
  calls?: ToolUse[];
  /** Where a request wants JSON of a schema: this value instead of one made up from the schema. */
  json?: unknown;
  /** Milliseconds between chunks; overrides the server's. */
  chunkDelayMs?: number;
}
/** A turn, or how to make it from what the request tells (earlier tool results above all). */
export type Script = Turn | ((scene: Scene) => Turn);

export interface Playbook {
  /** For the log. */
  id: string;
  /** Every pattern that is given must match. */
  when: {
    model?: RegExp;
    pipeline?: RegExp;
    step?: RegExp;
    system?: RegExp;
    prompt?: RegExp;
    /** Matched against the tool results of the step so far, from the second turn on; the first turn must suit both. */
    workspace?: RegExp;
  };
  /** The last turn is repeated when the conversation goes on; it normally completes the step. */
  turns: [Script, ...Script[]];
}

function matches(playbook: Playbook, scene: Scene): boolean {
  const { model, pipeline, step, system, prompt, workspace } = playbook.when;
  const plain: [RegExp | undefined, string][] = [
    [model, scene.model],
    [pipeline, scene.pipeline],
    [step, scene.step],
    [system, scene.system],
    [prompt, scene.prompt],
  ];
  return (
    plain.every(([pattern, text]) => !pattern || pattern.test(text)) &&
    (!workspace || scene.turn === 0 || scene.results.some((result) => workspace.test(result.content)))
  );
}

/** The first playbook that matches, in the order given. */
export function choosePlaybook(playbooks: readonly Playbook[], scene: Scene): Playbook | undefined {
  return playbooks.find((playbook) => matches(playbook, scene));
}

function make(script: Script, scene: Scene): Turn {
  return typeof script === "function" ? script(scene) : script;
}

/**
 * The turn a playbook plays at this point. Calls of tools that are not offered are left out; when none remains,
 * the playbook's last turn is played instead, so a step always comes to its end.
 */
export function playTurn(playbook: Playbook, scene: Scene): Turn {
  const last = playbook.turns.at(-1) ?? playbook.turns[0];
  const turn = make(playbook.turns[scene.turn] ?? last, scene);
  if (!turn.calls || turn.calls.length === 0) {
    return turn;
  }
  const calls = turn.calls.filter((call) => scene.offered.has(call.name));
  if (calls.length > 0) {
    return { ...turn, calls };
  }
  const ending = make(last, scene);
  return { ...ending, calls: (ending.calls ?? []).filter((call) => scene.offered.has(call.name)) };
}

/** The latest result of a tool in this step, or undefined. */
export function latest(scene: Scene, name: string, matching?: RegExp): ToolResult | undefined {
  return scene.results.findLast((result) => result.name === name && (!matching || matching.test(result.content)));
}

/** The latest result of a `read` of this path. */
export function readOf(scene: Scene, path: string): string {
  return scene.results.findLast((result) => result.name === "read" && result.args.path === path)?.content ?? "";
}

/** At most `maxChars` characters from the start, with a mark where it was cut. */
export function excerpt(text: string, maxChars: number): string {
  const trimmed = text.trim();
  return trimmed.length > maxChars ? `${trimmed.slice(0, maxChars).trimEnd()} …` : trimmed;
}
