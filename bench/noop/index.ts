// One run that does nothing, through the whole product: REST, engine, sandboxed process, demo model, live events.
import { randomBytes } from "node:crypto";
import { followEvents } from "@djinnbot/client";
import { version } from "@djinnbot/core";
import { findTool } from "../../scripts/services/debian.ts";
import { run } from "../../scripts/services/process.ts";
import { paths } from "../../scripts/start/paths.ts";
import type { Bench, Subject } from "../lib/bench.ts";
import type { HttpClient } from "../lib/http.ts";
import { spreadOf } from "../lib/stats.ts";

interface Life {
  /** Milliseconds from the request. */
  started: number;
  finished: number;
  /** Milliseconds between the records of two step ends: the second step runs in the workload of the first. */
  warmStep: number | null;
  /** Milliseconds from the request to the time of the first event of each type, in the order they came. */
  events: Map<string, number>;
}

export async function measureNoop(bench: Bench): Promise<void> {
  const product = await bench.product();
  const client = await product.client();
  const count = bench.options.quick ? 8 : 60;
  const subject: Subject = { kind: "ours", name: `djinnbot ${version}, process workload` };
  try {
    const agent = `bench-${randomBytes(4).toString("hex")}`;
    await client.send("POST", "/v1/agents/", { name: "Bench", slug: agent });
    const [one, two] = [await createPipeline(client, agent, 1), await createPipeline(client, agent, 2)];
    await liveOnce(client, one);
    const lives: Life[] = [];
    for (let at = 0; at < count; at += 1) lives.push(await liveOnce(client, one));
    const pairs: Life[] = [];
    for (let at = 0; at < count; at += 1) pairs.push(await liveOnce(client, two));
    const of = "runs";
    const spans = lives.map((life) => life.finished);
    bench.add({ measure: cold, subject, unit: "ms", of }, spans);
    bench.note(phaseNote(lives));
    await addSpawns(bench, count);
    const starts = lives.map((life) => life.started);
    bench.add({ measure: "no-op run: POST → STEP_STARTED event read", subject, unit: "ms", of }, starts);
    const warm = pairs.flatMap((life) => (life.warmStep === null ? [] : [life.warmStep]));
    bench.add(
      { measure: "no-op step in a warm workload: end of step 1 → end of step 2", subject, unit: "ms", of: "steps" },
      warm,
    );
    bench.note(
      "no-op run: Paperclip 2026.824.1 took 226 ms (invoke → finished) and 30 ms (→ started) on two cores; not run here",
    );
  } finally {
    client.close();
  }
}

const cold = "no-op run through the product, cold workload: POST → RUN_COMPLETE event read";

async function createPipeline(client: HttpClient, agent: string, steps: number): Promise<string> {
  const id = `bench-${randomBytes(4).toString("hex")}`;
  const lines = Array.from(
    { length: steps },
    (_, at) =>
      `  - id: S${at + 1}\n    agent: ${agent}\n    input: "Do nothing."\n${at + 1 < steps ? `    onComplete: S${at + 2}\n` : ""}`,
  );
  const yaml = `id: ${id}\nname: Bench\nversion: "1"\nagents:\n  - id: ${agent}\nsteps:\n${lines.join("")}`;
  await client.send("POST", "/v1/pipelines/", { id, yaml_content: yaml });
  return id;
}

async function liveOnce(client: HttpClient, pipelineId: string): Promise<Life> {
  const [begun, begunAt] = [performance.now(), Date.now()];
  const body = { pipeline_id: pipelineId, task: "Bench.", model_override: "demo/demo-noop" };
  const { json } = await client.send("POST", "/v1/runs/", body);
  const { id: runId } = json as { id: string };
  const headers = async () => ({ authorization: `Bearer ${client.token}` });
  const events = followEvents<{ id: string; type: string; at: number; error?: string }>(
    { url: `${client.url}/v1/events/stream/${runId}`, headers, fetch },
    { signal: AbortSignal.timeout(60_000) },
  );
  let started = Number.NaN;
  const ends: number[] = [];
  const told = new Map<string, number>();
  for await (const event of events) {
    const ms = performance.now() - begun;
    if (!told.has(event.type)) told.set(event.type, event.at - begunAt);
    if (event.type === "STEP_STARTED" && Number.isNaN(started)) started = ms;
    if (event.type === "STEP_COMPLETE") ends.push(event.at);
    if (event.type === "RUN_FAILED") throw new Error(`the no-op run failed: ${event.error}`);
    if (event.type === "RUN_COMPLETE") {
      const [first, second] = ends;
      const warmStep = first !== undefined && second !== undefined ? second - first : null;
      return { started, finished: ms, warmStep, events: told };
    }
  }
  throw new Error(`run ${runId} did not complete within 60 s`);
}

/** When the first event of each type was told, as medians: where the time of a run goes. */
function phaseNote(lives: readonly Life[]): string {
  const types = [...(lives[0]?.events.keys() ?? [])];
  const parts = types.flatMap((type) => {
    const times = lives.flatMap((life) => life.events.get(type) ?? []);
    return times.length === lives.length ? [`${type} ${spreadOf(times).p50.toFixed(0)}`] : [];
  });
  return `no-op run, cold workload, ms from the request to each event (medians): ${parts.join(", ")}`;
}

/** What a process costs that does nothing, bare and in the sandbox. */
async function addSpawns(bench: Bench, count: number): Promise<void> {
  const node = [paths.node, "-e", "0"];
  const bwrap = findTool("bwrap", paths.toolsDir);
  const sandbox = [
    "--ro-bind",
    "/",
    "/",
    "--dev",
    "/dev",
    "--proc",
    "/proc",
    "--unshare-pid",
    "--unshare-ipc",
    "--die-with-parent",
  ];
  const commands = [
    { name: "bare: node -e 0", argv: node },
    ...(bwrap ? [{ name: "bare: bwrap … node -e 0", argv: [bwrap, ...sandbox, ...node] }] : []),
  ];
  for (const { name, argv } of commands) {
    const samples: number[] = [];
    for (let at = 0; at <= count; at += 1) {
      const begun = performance.now();
      const [command = "", ...args] = argv;
      const { code, stderr } = await run(command, args);
      if (code !== 0) throw new Error(`${name} failed: ${stderr.slice(0, 200)}`);
      if (at > 0) samples.push(performance.now() - begun);
    }
    bench.add({ measure: cold, subject: { kind: "floor", name }, unit: "ms", of: "spawns" }, samples);
  }
}
