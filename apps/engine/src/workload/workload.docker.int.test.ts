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

for (const network of ["none", "bridge"] as const) {
  describeWorkload({
    label: network === "none" ? "docker" : "docker, in a network of its tenant",
    isSandboxed: true,
    hasOwnUser: true,
    hasNetwork: network === "bridge",
    skip: "skip" in engine ? engine.skip : undefined,
    settings: async () => {
      if ("skip" in engine) {
        throw new Error(engine.skip);
      }
      const docker = new Docker({ socketPath: engine.socket });
      image ??= buildRuntimeImage({ docker, bundle: join(import.meta.dirname, "testing/probe/main.js"), tag });
      await image;
      const DOCKER_HOST = `unix://${engine.socket}`;
      return { DEPLOYMENT_MODE: "docker", RUNTIME_IMAGE: tag, DOCKER_HOST, DOCKER_NETWORK: network };
    },
  });
}
