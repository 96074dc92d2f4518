import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Child, startAgain, startChild } from "./children.ts";
import { paths } from "./paths.ts";
import { type Server, startServers } from "./servers.ts";
import type { Settings } from "./settings.ts";
import { loadSecrets } from "./state.ts";
import { keepRunning } from "./supervise.ts";

let dir: string;
let stop: AbortController;
const children: Child[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "djinnbot-supervise-"));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await Promise.all(children.splice(0).map(({ daemon }) => daemon.stop("SIGKILL", 1000)));
  rmSync(dir, { recursive: true, force: true });
});

function start(name: string, script: string): Child {
  const logFile = join(dir, `${name}.log`);
  const plan = {
    name,
    command: paths.node,
    args: ["-e", script],
    cwd: dir,
    env: {},
    logFile,
    readyUrl: "",
    graceMs: 0,
  };
  const child = startChild(plan);
  children.push(child);
  return child;
}
const lasting = "setInterval(() => undefined, 1000)";

test("a child that dies is started again, and the other one goes on", async () => {
  const [engine, web] = [start("engine", lasting), start("web", lasting)];
  const [firstPid, otherPid] = [engine.daemon.pid, web.daemon.pid];
  const said: string[] = [];
  const restarted = Promise.withResolvers<void>();
  const supervision = {
    signal: stop.signal,
    log: (line: string) => said.push(line),
    onRestart: async () => restarted.resolve(),
    firstWaitMs: 10,
  };
  const kept = Promise.all(
    [engine, web].map((child) => keepRunning(child, { ...supervision, again: () => startAgain(child) })),
  );
  process.kill(firstPid, "SIGKILL");
  await restarted.promise;
  expect(said).toEqual(["engine ended unexpectedly (SIGKILL); it is started again in 0.01 s"]);
  expect(engine.daemon.pid).not.toBe(firstPid);
  expect([engine, web].map(({ daemon }) => daemon.hasExited())).toEqual([false, false]);
  expect(web.daemon.pid).toBe(otherPid);
  stop.abort();
  await Promise.all([engine, web].map(({ daemon }) => daemon.stop("SIGTERM", 5000)));
  await kept;
  expect(said).toHaveLength(1);
});

test("a child that keeps dying is given up with its last words", async () => {
  const child = start("engine", `console.log("no luck"); process.exit(3)`);
  let restarts = 0;
  const onRestart = async () => {
    restarts += 1;
  };
  const again = () => startAgain(child);
  const kept = keepRunning(child, { signal: stop.signal, log: () => undefined, again, onRestart, firstWaitMs: 1 });
  await expect(kept).rejects.toThrow(/^engine died 5 times within a minute: engine ended unexpectedly \(3\).*no luck/s);
  expect(restarts).toBe(4);
});

test("a server that dies is started again on its port and its data", { timeout: 60_000 }, async () => {
  const servers: Server[] = [];
  const { redisUrl } = await startServers({
    settings: { DATA_DIR: dir, DATABASE_URL: "postgres://elsewhere" } as Settings,
    secrets: loadSecrets(dir),
    ports: {},
    log: () => undefined,
    onStart: async (server) => void servers.push(server),
  });
  const [server] = servers as [Server];
  const redis = new Redis(redisUrl, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on("error", () => undefined);
  const restarted = Promise.withResolvers<void>();
  const onRestart = async () => restarted.resolve();
  const supervision = { signal: stop.signal, log: () => undefined, onRestart, firstWaitMs: 10 };
  const kept = keepRunning(server, { ...supervision, again: server.again });
  try {
    await redis.set("kept", "yes");
    await redis.call("WAITAOF", "1", "0", "2000").catch(() => undefined);
    process.kill(server.pid, "SIGKILL");
    await restarted.promise;
    expect(await redis.get("kept")).toBe("yes");
  } finally {
    redis.disconnect();
    stop.abort();
    await server.stop();
    await kept;
  }
});
