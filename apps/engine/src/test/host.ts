/** A machine that hosts scripted workloads: any engine of a test sees the same ones, as engines on one host do. */
import type { Log } from "@djinnbot/config";
import type { Workload } from "../workload/workload.ts";
import type { PreparedWorkspace, Workspace } from "../workspace/workspace.ts";
import { Peer, type Script } from "./peer.ts";

export interface TestHost {
  workload: Workload;
  /** Living and dead, oldest first. */
  peers: Peer[];
  /** Peers of a run. */
  of(runId: string): Peer[];
  stopAll(): void;
}

export function testHost(options: { script: Script; log: Log }): TestHost {
  const peers: Peer[] = [];
  const started = new Map<Peer, number>();
  const find = (name: string) => peers.findLast((peer) => peer.spec.name === name);
  const stateOf = (peer: Peer) => ({
    name: peer.spec.name,
    sessionId: peer.spec.sessionId,
    runId: peer.spec.runId,
    tenantId: peer.spec.tenantId,
    status: peer.alive ? ("running" as const) : ("exited" as const),
    exitCode: peer.exitCode,
    startedAt: started.get(peer) ?? 0,
  });
  const workload: Workload = {
    kind: "process",
    sandbox: "none",
    network: "open",
    ensure: async (spec) => {
      if (!find(spec.name)?.alive) {
        const peer = new Peer({ spec, ...options });
        peers.push(peer);
        started.set(peer, Date.now());
      }
    },
    stop: async (name) => find(name)?.die(143),
    inspect: async (name) => {
      const peer = find(name);
      return peer ? stateOf(peer) : null;
    },
    list: async () => peers.map(stateOf),
    output: async () => [],
  };
  return {
    workload,
    peers,
    of: (runId) => peers.filter((peer) => peer.spec.runId === runId),
    stopAll: () => {
      for (const peer of peers) {
        peer.die();
      }
    },
  };
}

/** Working copies in name only: git has tests of its own. */
export function testWorkspace(): Workspace {
  return {
    prepare: async (run): Promise<PreparedWorkspace> => ({
      path: `/nowhere/${run.runId}`,
      mirror: `/nowhere/${run.runId}.git`,
      branch: `run/${run.runId}`,
      base: "0".repeat(40),
    }),
    collect: async (_run, { commitHash }) => ({ head: commitHash, commits: ["a commit"] }),
    head: async () => null,
    merge: async () => ({ head: null }),
    push: async () => ({ status: "none", detail: null }),
    remove: async () => undefined,
  };
}
