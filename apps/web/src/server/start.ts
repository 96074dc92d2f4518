/** What the process does once, before its first request. */
import { type Door, type NodeHost, openDoor, startPrivateServer } from "@djinnbot/api";
import { EnvError } from "@djinnbot/config";
import { rememberAddresses } from "./address.ts";
import { keepWeb } from "./deps.ts";
import { endOnTerm } from "./ending.ts";
import { openWeb } from "./open.ts";

/** Time that calls of workloads get when the process ends, in ms. */
const drainMs = 8000;

/** Ends the process when it cannot start: Next would keep it running and answer every request with 500. */
export async function start(): Promise<void> {
  try {
    await open();
  } catch (error) {
    process.stderr.write(`${error instanceof EnvError ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  }
}

async function open(): Promise<void> {
  rememberAddresses();
  const web = openWeb();
  keepWeb(web);
  const { env, api, deps } = web;
  let operators: NodeHost | undefined;
  let door: Door | undefined;
  endOnTerm({ log: deps.log, close: () => Promise.all([api.close(), operators?.close(), door?.close(drainMs)]) });
  door = await openDoor({ deps, fetch: api.fetch, redisUrl: env.REDIS_URL }).catch((error: Error) => {
    throw new EnvError([`The door of the workloads cannot be opened: ${error.message}`]);
  });
  if (env.METRICS_PORT !== undefined) {
    const { registry } = api.metrics;
    const options = {
      ...{ port: env.METRICS_PORT, host: env.METRICS_HOST, register: registry, health: api.health },
      serviceToken: env.SERVICE_TOKEN,
    };
    operators = await startPrivateServer(options).catch((error: Error) => {
      throw new EnvError([`METRICS_PORT: nothing can listen there (${error.message})`]);
    });
    deps.log.info({ url: operators.url }, "health and metrics");
  }
}
