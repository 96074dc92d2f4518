import { join } from "node:path";
import type {} from "@djinnbot/testing/provided";
import Docker from "dockerode";
import { inject } from "vitest";
import { buildRuntimeImage } from "./testing/build-image.ts";
import { describeWorkload } from "./workload.conformance.ts";

const engine = inject("docker");
const tag = "djinnbot-probe:test";

/** Built once, by the first that asks. */
let image: Promise<void> | undefined;

describeWorkload({
  label: "docker",
  isSandboxed: true,
  hasOwnUser: true,
  skip: "skip" in engine ? engine.skip : undefined,
  settings: async () => {
    if ("skip" in engine) {
      throw new Error(engine.skip);
    }
    const docker = new Docker({ socketPath: engine.socket });
    image ??= buildRuntimeImage({ docker, bundle: join(import.meta.dirname, "testing/probe/main.js"), tag });
    await image;
    return { DEPLOYMENT_MODE: "docker", RUNTIME_IMAGE: tag, DOCKER_HOST: `unix://${engine.socket}` };
  },
});
