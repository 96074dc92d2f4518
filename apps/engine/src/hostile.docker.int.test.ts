import { testBackends } from "@djinnbot/testing";
import type {} from "@djinnbot/testing/provided";
import Docker from "dockerode";
import { inject } from "vitest";
import { ensureBuilt } from "../../../scripts/start/build.ts";
import { paths } from "../../../scripts/start/paths.ts";
import { describeHostile } from "./testing/hostile.ts";
import { buildRuntimeImage } from "./workload/testing/build-image.ts";

const engine = inject("docker");
const tag = "djinnbot-runtime:hostile-test";

describeHostile({
  label: "docker",
  backends: () => testBackends(),
  engineEnv: async () => {
    if ("skip" in engine) {
      throw new Error(engine.skip);
    }
    await ensureBuilt(["runtime"], { log: () => undefined });
    await buildRuntimeImage({ docker: new Docker({ socketPath: engine.socket }), bundle: paths.runtimeBundle, tag });
    return { DEPLOYMENT_MODE: "docker", RUNTIME_IMAGE: tag, DOCKER_HOST: `unix://${engine.socket}` };
  },
  skip: "skip" in engine ? engine.skip : undefined,
  hosts: ["127.0.0.1", "host.docker.internal"],
  attempts: 111,
  impossible: {},
  // The engine keeps no files of a container.
  unproven: [
    "list what the engine keeps of its workloads",
    "read its workload's log and status",
    "forge its workload's status",
    "rewrite the log of its own workload",
    "cut its log by a descriptor that it takes from another process",
  ],
});
