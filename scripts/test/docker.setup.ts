// Hands a Docker engine to the workload tests, or the reason why they are skipped.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureDockerd } from "../services/docker.ts";
import { paths } from "../start/paths.ts";
import { report } from "./report.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), "djinnbot-docker-"));
  const log = (line: string) => project.vitest.logger.log(line);
  const engine = await ensureDockerd({ dir, toolsDir: paths.toolsDir, log });
  const skip = "skip" in engine;
  project.provide("docker", skip ? { skip: engine.skip } : { socket: engine.socket });
  if (skip) {
    log(`docker tests are skipped: ${engine.skip}`);
    await report("docker-skip.json", { reason: engine.skip });
  }
  return async () => {
    if (!skip) await engine.stop();
    await rm(dir, { recursive: true, force: true });
  };
}
