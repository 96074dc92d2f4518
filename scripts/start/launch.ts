// Brings the product up phase by phase, and takes it down in the opposite order.
import { join } from "node:path";
import { freePort } from "../services/port.ts";
import { messageOf, Problem } from "../services/problem.ts";
import { startDaemon, tailOf } from "../services/process.ts";
import { agentsLeft } from "./agents-left.ts";
import { ensureBuilt } from "./build.ts";
import { configuredKeys, plainProcesses, runChecks } from "./checks.ts";
import { internalUrl, publicUrl, type Runtime, serviceEnv } from "./child-env.ts";
import { type Child, type ChildPlan, logPath, startAgain, startChild, stopChild, untilReady } from "./children.ts";
import { startDemoRuns } from "./demo-runs.ts";
import { sayFinding } from "./doctor.ts";
import { loadSettings } from "./env.ts";
import { paths } from "./paths.ts";
import { enginePlan, webPlan } from "./plans.ts";
import { detail, phase, say, sayFailure, style } from "./screen.ts";
import { obtainPrograms, type Server, startServers } from "./servers.ts";
import type { Settings } from "./settings.ts";
import * as state from "./state.ts";
import { keepRunning } from "./supervise.ts";

/** What starting has left in memory is given back then: a process that waits would keep it for ever. `npm start` brings `gc`. */
const quietAfterMs = 5000;

type Undo = { name: string; run: () => Promise<unknown> };

interface Launch {
  settings: Settings;
  isDev: boolean;
  /** Aborted by the first signal to stop. */
  signal: AbortSignal;
  /** What has to be taken down again, in the order of starting. */
  undo: Undo[];
  children: Child[];
  /** Those of PostgreSQL and Redis that are ours. */
  servers: Server[];
  /** Credentials to show: set on the first start only. */
  newCredentials?: state.DemoCredentials;
}

/** Runs the product until a signal, or until one of its processes is dead for good. Sets the exit code; nothing is left running. */
export async function launch({ isDev }: { isDev: boolean }): Promise<void> {
  const abort = new AbortController();
  const begun = Date.now();
  const stopped = new Promise<void>((resolve) => abort.signal.addEventListener("abort", () => resolve()));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => abort.abort());
  // Output that nobody reads any more is a request to stop, too. Without a listener it would end us at once, and the product with us.
  process.stdout.on("error", () => abort.abort());
  // A parent that is gone (npm or the terminal was killed) is a request to stop as well.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && abort.abort(), 500);
  const undo: Undo[] = [];
  let dataDir: string | undefined;
  try {
    const { settings, warnings } = loadSettings();
    dataDir = settings.DATA_DIR;
    warnings.forEach(detail);
    const work: Launch = { settings, isDev, signal: abort.signal, undo, children: [], servers: [] };
    const runtime = await bringUp(work);
    sayWelcome({ runtime, work, seconds: (Date.now() - begun) / 1000 });
    if (work.newCredentials && runtime.demoModelUrl) {
      const demo = {
        url: internalUrl(settings),
        credentials: work.newCredentials,
        repositoriesDir: runtime.repositoriesDir,
      };
      startDemoRuns(demo).catch((error: unknown) => detail(`the demo runs could not be started: ${messageOf(error)}`));
    }
    setTimeout(
      () => globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" }),
      quietAfterMs,
    ).unref();
    await Promise.race([stopped, ...supervise(work)]);
  } catch (error) {
    if (!abort.signal.aborted) {
      sayFailure(error);
      process.exitCode = 1;
    }
  }
  // From here on a process that ends is not started again.
  abort.abort();
  await takeDown(undo);
  if (dataDir !== undefined) sayAgentsLeft(await agentsLeft(dataDir).catch(() => []));
  // Idle connections of a failed phase must not keep the process alive.
  process.exit();
}

async function bringUp(work: Launch): Promise<Runtime> {
  const { settings, signal, isDev } = work;
  const dir = settings.DATA_DIR;
  await phase("Checking this machine", () => check(settings));
  state.openDataDir(dir);
  await state.holdDataDir({ dir, url: publicUrl(settings), log: detail });
  work.undo.push({ name: "", run: async () => state.releaseDataDir(dir) });
  const secrets = state.loadSecrets(dir);
  const { bwrapPath } = await phase("Looking for programs", () => obtainPrograms({ settings, log: detail }));
  signal.throwIfAborted();
  const onStart = async (server: Server) => {
    work.servers.push(server);
    work.undo.push({ name: server.name, run: () => server.stop() });
    await state.rememberChild(dir, { name: server.name, pid: server.pid });
  };
  const servers = await phase("Starting PostgreSQL and Redis", () =>
    startServers({ settings, secrets, ports: state.loadPorts(dir), log: detail, onStart }),
  );
  signal.throwIfAborted();
  const ports = {
    ...servers.ports,
    engineHealth: await freePort(servers.ports.engineHealth),
    demoModel: await freePort(servers.ports.demoModel),
  };
  state.savePorts(dir, ports);
  const hasDemoModel =
    settings.DEMO_MODEL === "on" || (settings.DEMO_MODEL === "auto" && configuredKeys(settings).length === 0);
  const runtime: Runtime = {
    settings,
    secrets,
    ...servers,
    engineHealthPort: ports.engineHealth,
    bwrapPath,
    demoModelUrl: hasDemoModel ? `http://127.0.0.1:${ports.demoModel}/v1` : null,
    repositoriesDir: join(dir, "repositories"),
    isDev,
  };
  await phase(isDev ? "Building the agent runtime" : "Building what changed", () =>
    ensureBuilt(isDev ? ["database", "runtime"] : ["database", "runtime", "web"], { log: detail, signal }),
  );
  await phase("Migrating and seeding the database", () => seedDatabase(work, runtime));
  if (hasDemoModel) await startDemoModel(work, { port: ports.demoModel, key: secrets.DEMO_MODEL_KEY });
  await phase("Starting web and engine", () => startChildren(work, [enginePlan(runtime), webPlan(runtime)]));
  return runtime;
}

async function check(settings: Settings): Promise<void> {
  const holder = await state.holderOf(settings.DATA_DIR).catch(() => null);
  if (holder) throw state.alreadyRunning(holder);
  const findings = await runChecks(settings);
  findings.filter(({ state: kind }) => kind === "note").forEach(sayFinding);
  const problems = findings.filter(({ state: kind }) => kind === "problem");
  const [first] = problems;
  if (!first) return;
  if (problems.length === 1) throw new Problem(first.text, first.remedy ?? "run npm run doctor for details");
  problems.forEach(sayFinding);
  throw new Problem(`${problems.length} things stand in the way`, "see above; npm run doctor lists every check");
}

async function seedDatabase(work: Launch, runtime: Runtime): Promise<void> {
  const { settings, signal } = work;
  const credentials = state.loadDemoCredentials(settings.DATA_DIR);
  const logFile = logPath(settings.DATA_DIR, "seed");
  const env = {
    ...serviceEnv(runtime),
    OWNER_DATABASE_URL: runtime.ownerUrl,
    APP_PASSWORD: runtime.secrets.DATABASE_APP_PASSWORD,
    SYSTEM_PASSWORD: runtime.secrets.DATABASE_SYSTEM_PASSWORD,
    REPOSITORIES_DIR: runtime.repositoriesDir,
    DEMO_EMAIL: credentials.email,
    DEMO_PASSWORD: credentials.password,
  };
  const script = join(import.meta.dirname, "seed-database.ts");
  const daemon = startDaemon({ command: paths.node, args: [script], cwd: paths.root, env, logFile });
  const stop = () => void daemon.stop("SIGTERM", 5_000);
  signal.addEventListener("abort", stop);
  const outcome = await daemon.exited;
  signal.throwIfAborted();
  if (outcome !== 0) {
    const reason = tailOf(logFile, 8).join("\n    ");
    throw new Problem(`the database could not be migrated and seeded:\n    ${reason}`, `see ${logFile}`);
  }
  if (!credentials.isNew) return;
  state.saveDemoCredentials(settings.DATA_DIR, credentials);
  work.newCredentials = credentials;
}

async function startDemoModel(work: Launch, options: { port: number; key: string }): Promise<void> {
  // Loaded only where it runs.
  const { serveDemoModel } = await import("./demo-model.ts");
  const model = await serveDemoModel({ ...options, log: warn });
  work.undo.push({ name: "demo-model", run: () => model.stop() });
}

async function startChildren(work: Launch, plans: ChildPlan[]): Promise<void> {
  for (const plan of plans) {
    const child = startChild(plan);
    work.children.push(child);
    // Undone last to first: web stops taking requests, then the engine finishes, then the demo model goes.
    work.undo.push({ name: plan.name, run: () => stopChild(child) });
    await state.rememberChild(work.settings.DATA_DIR, { name: plan.name, pid: child.daemon.pid });
  }
  await untilReady(work.children, work.signal);
}

/** Promises that reject when the product cannot go on. */
function supervise({ settings, children, servers, signal }: Launch): Promise<void>[] {
  const onRestart = ({ name, daemon }: Pick<Child, "name" | "daemon">) =>
    state.rememberChild(settings.DATA_DIR, { name, pid: daemon.pid });
  return [
    ...children.map((child) => keepRunning(child, { signal, log: warn, onRestart, again: () => startAgain(child) })),
    ...servers.map((server) => keepRunning(server, { signal, log: warn, onRestart, again: server.again })),
  ];
}

function warn(line: string): void {
  say(`${style.yellow("!")} ${line}`);
}

async function takeDown(undo: Undo[]): Promise<void> {
  if (undo.some(({ name }) => name !== ""))
    say(`\nStopping … ${style.dim("(the engine may take up to 30 s to finish its step)")}`);
  for (const { name, run } of undo.toReversed()) {
    const clean = await run().catch((error: unknown) => messageOf(error));
    if (name !== "") detail(clean === false ? `${name} did not stop in time and was killed` : `${name} stopped`);
  }
}

function sayAgentsLeft(commands: string[]): void {
  if (commands.length === 0) return;
  const [who, verb] = commands.length === 1 ? ["1 agent is", "waits"] : [`${commands.length} agents are`, "wait"];
  say(
    `${style.yellow("!")} ${who} in the middle of a step and ${verb} for you to start again, until the step's time is over.`,
  );
  say(`  To end ${commands.length === 1 ? "it" : "them"} now: ${commands.join("; ")}`);
}

function sayWelcome(options: { runtime: Runtime; work: Launch; seconds: number }): void {
  const { runtime, seconds } = options;
  const { children, newCredentials: shown } = options.work;
  const { settings } = runtime;
  const url = publicUrl(settings);
  say();
  say(`${style.bold("DjinnBot is ready")} ${style.dim(`after ${seconds.toFixed(1)} s`)}`);
  say(`  Open       ${style.cyan(url)}`);
  if (shown)
    say(`  Sign in    ${style.bold(shown.email)}   password ${style.bold(shown.password)}   (shown this once)`);
  else say(`  Sign in    as you did, or as the demo user in ${join(settings.DATA_DIR, "demo-credentials.json")}`);
  say(`             or register a team of your own at ${url}/register`);
  if (runtime.demoModelUrl)
    say(`  Models     demo model with scripted replies; put a provider key into .env for a real one`);
  say(`  Repository ${join(runtime.repositoriesDir, "parcel-quote")} is a small project to try a run on`);
  if (!runtime.bwrapPath && settings.WORKLOAD_BACKEND !== "docker")
    say(`  Sandbox    none: ${plainProcesses}; npm run doctor says why`);
  say(`  Logs       ${children.map(({ logFile }) => logFile).join("\n             ")}`);
  say(`  Stop       Ctrl-C`);
  say();
}
