// The bench: every measurement asked for, one table, and an exit code that says whether all of them could be made.
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { detail, duration, phase, say, style } from "../scripts/start/screen.ts";
import { measureContainer } from "./container/index.ts";
import { measureDispatch } from "./dispatch/index.ts";
import { measureGateway } from "./gateway/index.ts";
import { shared, stopAll } from "./lib/attempt.ts";
import { type Bench, type Collected, collector } from "./lib/bench.ts";
import { type BenchName, readOptions } from "./lib/options.ts";
import { writePlot } from "./lib/plot.ts";
import { type BenchProduct, startBenchProduct } from "./lib/product.ts";
import { type Backends, startBackends } from "./lib/servers.ts";
import { tableText } from "./lib/table.ts";
import { measureNoop } from "./noop/index.ts";
import { measureOpenRuns } from "./open-runs/index.ts";
import { measureRest } from "./rest/index.ts";
import { measureScale } from "./scale/index.ts";
import { measureSse } from "./sse/index.ts";
import { measureStart } from "./start/index.ts";

const measurements: Record<BenchName, (bench: Bench) => Promise<void>> = {
  dispatch: measureDispatch,
  noop: measureNoop,
  rest: measureRest,
  sse: measureSse,
  gateway: measureGateway,
  container: measureContainer,
  scale: measureScale,
  "open-runs": measureOpenRuns,
  start: measureStart,
};

const options = readOptions(process.argv.slice(2));
const collected: Collected = { rows: [], notes: [], failures: [] };
const held: { backends?: Promise<Backends>; product?: Promise<BenchProduct> } = {};
const bench: Bench = {
  options,
  ...collector(collected, { log: detail, limitMinutes: options.limitMinutes }),
  backends: () =>
    shared(() => {
      held.backends ??= startBackends(detail);
      return held.backends;
    }),
  product: () =>
    shared(() => {
      held.product ??= startBenchProduct({ warmStarts: options.quick ? 1 : 5, log: detail });
      return held.product;
    }),
};

/** One that did not start was reported where it was needed. */
const stopServers = () =>
  stopAll(
    [held.backends, held.product].map((server) => async () => (await server)?.stop()),
    90_000,
  );

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stopServers().finally(() => process.exit(130)));
}

const begun = Date.now();
const machine = {
  cpu: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  loadBefore: loadavg().map((load) => load.toFixed(2)),
};
try {
  for (const name of options.only) {
    await phase(`Measuring ${name}`, () => bench.attempt(name, () => measurements[name](bench)));
  }
  const versions = await held.backends?.then((servers) => servers.versions).catch(() => undefined);
  printReport(versions);
  if (options.json) {
    writeFileSync(
      options.json,
      `${JSON.stringify({ at: new Date().toISOString(), machine, versions, ...collected }, null, 2)}\n`,
    );
  }
  if (options.plot) {
    writePlot(options.plot, collected.rows, { unit: "ms", title: "Processor time of the engine per step" });
  }
} finally {
  await stopServers();
}
process.exit(collected.failures.length === 0 ? 0 : 1);

function printReport(versions: Backends["versions"] | undefined): void {
  say();
  say(style.bold("npm run bench"));
  say(`${machine.cpu}, ${machine.memoryGb} GB, load before ${machine.loadBefore.join(" ")}, Node ${machine.node}`);
  if (versions) say(`PostgreSQL ${versions.postgres}; Redis ${versions.redis}`);
  if (options.quick) say(style.yellow("quick: small counts, not for quoting"));
  say("● ours   ○ peer   · floor   (rounds: the median is under p50)");
  say();
  say(tableText(collected.rows));
  say();
  for (const note of collected.notes) say(`* ${note}`);
  for (const { what, message } of collected.failures) say(`${style.red("✗")} not measured: ${what}\n    ${message}`);
  say(`\n${collected.rows.length} rows in ${duration(Date.now() - begun)}`);
}
