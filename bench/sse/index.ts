// Fan-out of live events to many subscribers of one tenant: our edge against nginx with nchan.
import { join } from "node:path";
import { newId } from "@djinnbot/contracts";
import { version } from "@djinnbot/core";
import { tenantEvents } from "@djinnbot/events";
import { Redis } from "ioredis";
import type { Bench, Subject } from "../lib/bench.ts";
import { now, startChild } from "../lib/child.ts";
import { HttpClient } from "../lib/http.ts";
import { openDeps, registerTenant } from "../lib/servers.ts";
import type { ApiOut } from "../rest/api-process.ts";
import { startNchan } from "./nchan.ts";
import type { SubscribersIn, SubscribersOut } from "./subscribers-process.ts";

interface Target {
  subject: Subject;
  url: string;
  headers: Record<string, string>;
  publish: (event: object) => Promise<unknown>;
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function measureSse(bench: Bench): Promise<void> {
  await bench.attempt("event streams, ours", () => ours(bench));
  await bench.attempt("event streams, nginx with nchan", () => nchan(bench));
}

async function ours(bench: Bench): Promise<void> {
  const backends = await bench.backends();
  const installation = await backends.installation("bench_sse");
  const deps = openDeps(installation);
  const tenant = await registerTenant(deps);
  const host = startChild<object, ApiOut>({
    program: join(import.meta.dirname, "../rest/api-process.ts"),
    input: { settings: installation.settings, redisUrl: installation.redisUrl },
    profile: bench.options.profile,
  });
  const redis = new Redis(installation.redisUrl);
  try {
    const { url } = await host.next((message): message is ApiOut => message.kind === "ready");
    const { tenantId } = tenant;
    const key = tenantEvents.key({ tenantId });
    await fanOut(bench, {
      subject: { kind: "ours", name: `djinnbot ${version}, Node host` },
      url: `${url}/v1/events/stream`,
      headers: { authorization: `Bearer ${tenant.tokens.accessToken}`, accept: "text/event-stream" },
      publish: (event) => redis.xadd(key, "*", "data", JSON.stringify({ ...event, tenantId })),
    });
  } finally {
    redis.disconnect();
    await host.stop();
    await deps.close();
  }
}

async function nchan(bench: Bench): Promise<void> {
  const { dir } = await bench.backends();
  const started = await startNchan({ dir: join(dir, "nchan"), log: bench.log });
  if ("skip" in started) return bench.note(`event streams: nginx with nchan was not measured: ${started.skip}`);
  const publisher = new HttpClient(started.url, null);
  try {
    await fanOut(bench, {
      subject: { kind: "peer", name: started.name },
      url: `${started.url}/sub`,
      headers: { accept: "text/event-stream" },
      publish: (event) => publisher.send("POST", "/pub", event),
    });
  } finally {
    publisher.close();
    await started.stop();
  }
}

async function fanOut(bench: Bench, target: Target): Promise<void> {
  const { quick } = bench.options;
  const [count, events, bursts, perBurst] = quick ? [200, 20, 2, 20] : [1000, 100, 5, 50];
  bench.log(`event streams: ${target.subject.name}`);
  const subscribers = startChild<SubscribersIn, SubscribersOut>({
    program: join(import.meta.dirname, "subscribers-process.ts"),
    input: { url: target.url, headers: target.headers, count },
  });
  const got = (deliveries: number) =>
    subscribers.next(
      (message): message is SubscribersOut & { kind: "received" } =>
        message.kind === "received" && message.latencies.length === deliveries,
    );
  try {
    await subscribers.next(
      (message): message is SubscribersOut & { kind: "connected" } => message.kind === "connected",
    );
    // Whoever has just connected may still be reading its past.
    await pause(500);
    const latencies: number[] = [];
    for (let at = 0; at < events; at += 1) {
      subscribers.send({ expect: count });
      const received = got(count);
      await target.publish(event());
      latencies.push(...(await received).latencies);
      await pause(20);
    }
    const one = `event to ${count} subscribers of one tenant: published → read`;
    bench.add({ measure: one, subject: target.subject, unit: "ms", of: "deliveries" }, latencies);
    const rates: number[] = [];
    for (let at = 0; at < bursts; at += 1) {
      subscribers.send({ expect: count * perBurst });
      const received = got(count * perBurst);
      const begun = now();
      await Promise.all(Array.from({ length: perBurst }, () => target.publish(event())));
      const { lastAt } = await received;
      rates.push((count * perBurst * 1000) / (lastAt - begun));
      await pause(200);
    }
    const many = `deliveries per second, ${perBurst} events at once to ${count} subscribers`;
    bench.add({ measure: many, subject: target.subject, unit: "/s", of: "rounds" }, rates);
  } finally {
    await subscribers.stop();
  }
}

/** An event of a size as they are in life; its text says when it was sent. */
function event(): object {
  const envelope = { v: 1, id: newId("event"), requestId: "bench", at: Date.now() };
  const sent = now().toFixed(3);
  return {
    ...envelope,
    type: "RUN_CREATED",
    runId: newId("run"),
    pipelineId: "bench",
    taskDescription: `sent@${sent};`,
  };
}
