// Child process of the Restate part: the handler, and the client that calls it.
import * as restate from "@restatedev/restate-sdk";
import { connect } from "@restatedev/restate-sdk-clients";
import { childInput, onParentGone, tellParent } from "../lib/child.ts";
import type { StepTime } from "./index.ts";
import type { PeerIn, PeerOut } from "./remote-runs.ts";

const { port, ingressUrl } = childInput<{ port: number; ingressUrl: string }>();
const tell = (message: PeerOut) => tellParent(message);

const bench = restate.service({
  name: "bench",
  handlers: {
    work: async (ctx: restate.Context, steps: number): Promise<StepTime[]> => {
      const times: StepTime[] = [];
      for (let at = 0; at < steps; at += 1) {
        // The time travels in the step's result, so that a suspension in between loses nothing.
        times.push(
          await ctx.run(`S${at + 1}`, () => {
            const begun = performance.now();
            return { begun, ended: performance.now() };
          }),
        );
      }
      return times;
    },
  },
});

await restate.serve({ services: [bench], port, logger: () => undefined });
const client = connect({ url: ingressUrl }).serviceClient<typeof bench>({ name: "bench" });
process.on("message", async ({ id, steps }: PeerIn) => {
  try {
    tell({ kind: "done", id, times: await client.work(steps) });
  } catch (error) {
    tell({ kind: "failed", reason: (error as Error).message });
  }
});
tell({ kind: "ready" });
onParentGone(async () => undefined);
