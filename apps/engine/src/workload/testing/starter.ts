/** An engine reduced to starting one workload: the conformance suite kills it and looks whether the workload lives on. */
import { createLog } from "@djinnbot/config";
import { createRedis } from "@djinnbot/events";
import { createWorkload, type WorkloadSettings, type WorkloadSpec } from "../index.ts";

const { settings, spec, redisUrl } = JSON.parse(process.argv[2] ?? "") as {
  settings: WorkloadSettings;
  spec: WorkloadSpec;
  redisUrl: string;
};
const log = createLog({ service: "starter", instance: "starter", level: "silent" });
const workload = await createWorkload({ settings, redis: createRedis(redisUrl, { log, name: "starter" }), log });
await workload.ensure(spec);
process.stdout.write("started\n");
setInterval(() => undefined, 60_000);
