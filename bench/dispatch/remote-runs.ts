// Peers that run their workflows in a child process: one message starts a run, one brings its times.
import type { Child } from "../lib/child.ts";
import type { StepTime } from "./index.ts";

export interface PeerIn {
  id: number;
  steps: number;
}
export type PeerOut =
  | { kind: "ready" }
  | { kind: "done"; id: number; times: StepTime[] }
  | { kind: "failed"; reason: string };

/** The `run` of a contender whose work is in a child. */
export function remoteRuns(child: Child<PeerIn, PeerOut>): (steps: number) => Promise<StepTime[]> {
  const waiting = new Map<number, { resolve: (times: StepTime[]) => void; reject: (error: Error) => void }>();
  let count = 0;
  child.onMessage((message) => {
    if (message.kind === "done") {
      waiting.get(message.id)?.resolve(message.times);
      waiting.delete(message.id);
    }
    if (message.kind === "failed") {
      for (const { reject } of waiting.values()) reject(new Error(message.reason));
    }
  });
  return (steps) =>
    new Promise((resolve, reject) => {
      count += 1;
      waiting.set(count, { resolve, reject });
      child.send({ id: count, steps });
    });
}
