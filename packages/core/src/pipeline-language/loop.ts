/** Loops over the items of an output: which item is being done, and what comes after it (reference 1.2). Pure. */
import type { PipelineStep } from "@djinnbot/contracts";

export type ItemStatus = "pending" | "running" | "completed" | "failed";
export interface LoopItem {
  /** What people call it: its id, title or name, else its number. */
  id: string;
  value: unknown;
  status: ItemStatus;
}
export interface LoopState {
  /** The step that has the `loop` block. */
  stepId: string;
  items: LoopItem[];
  /** Item that is being done, from 0. */
  index: number;
  /** 1 for an outermost loop. */
  depth: number;
  /** False once every item is done: coming back to the step begins anew. */
  active: boolean;
}
export type Loops = ReadonlyMap<string, LoopState>;

/** More items than this are a mistake of whoever made the list. */
const maxItems = 1000;
const maxName = 128;

function nameOf(value: unknown, index: number): string {
  if (typeof value === "string") {
    return value.slice(0, maxName);
  }
  const map = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const name = [map.id, map.key, map.title, map.name].find(
    (part) => typeof part === "string" || typeof part === "number",
  );
  return name === undefined ? String(index + 1) : String(name).slice(0, maxName);
}

/** The list in an output's text: a JSON list, or the first list in a JSON object. Answers a sentence when there is none. */
export function readItems(key: string, text: string | undefined): { values: unknown[] } | { fault: string } {
  if (text === undefined || text.trim() === "") {
    return { fault: `the output \`${key}\` is empty` };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/, "$1"));
  } catch {
    return { fault: `the output \`${key}\` is not JSON` };
  }
  const list = Array.isArray(parsed)
    ? parsed
    : typeof parsed === "object" && parsed !== null
      ? Object.values(parsed).find((value) => Array.isArray(value))
      : undefined;
  if (!Array.isArray(list)) {
    return { fault: `the output \`${key}\` holds no list` };
  }
  return list.length > maxItems
    ? { fault: `the output \`${key}\` has ${list.length} items; at most ${maxItems} are done in one loop` }
    : { values: list };
}

/** A loop at its first item; `values` is not empty. */
export function beginLoop(stepId: string, values: readonly unknown[], depth: number): LoopState {
  const items = values.map((value, index) => ({
    id: nameOf(value, index),
    value,
    status: index === 0 ? ("running" as const) : ("pending" as const),
  }));
  return { stepId, items, index: 0, depth, active: true };
}

/** The loop once its item has ended: at the next one, or over. */
export function advanceLoop(loop: LoopState, status: "completed" | "failed"): LoopState {
  const next = loop.index + 1;
  const items = loop.items.map((item, index) => {
    const ended = index === loop.index ? status : item.status;
    return { ...item, status: index === next ? ("running" as const) : ended };
  });
  const active = next < items.length;
  return { ...loop, items, index: active ? next : loop.index, active };
}

/** The innermost loop that is under way. */
export function innermost(loops: Loops): LoopState | null {
  const active = [...loops.values()].filter((loop) => loop.active);
  return active.toSorted((a, b) => b.depth - a.depth)[0] ?? null;
}

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Variables of the innermost loop; empty outside of loops. */
export function loopValues(loops: Loops): Record<string, string> {
  const loop = innermost(loops);
  if (!loop) {
    return {};
  }
  const done = loop.items.filter((item) => item.status === "completed").map((item) => item.value);
  return {
    current_item: asText(loop.items[loop.index]?.value),
    completed_items: JSON.stringify(done),
    loop_index: String(loop.index + 1),
    loop_total: String(loop.items.length),
  };
}

/** Where the run goes when no item is left; undefined: nowhere in particular. */
export function afterLoop(step: PipelineStep): string | undefined {
  return step.loop?.onAllComplete ?? step.onComplete;
}
