/** What an operator can find out from logs and metrics alone. */
import { keepLog, type LogLine } from "@djinnbot/testing";
import { expect, test } from "vitest";
import { startOperatorServer } from "../operator-server.ts";
import { testBed } from "../test/bed.ts";
import { simple, single, three } from "../test/samples.ts";

const bed = await testBed();

async function play(yaml: string, input: object = {}) {
  const lines: LogLine[] = [];
  const tenant = await bed.tenant();
  const engine = bed.engine(bed.host(simple), { log: keepLog(lines) });
  const runId = await bed.start(tenant, yaml, input);
  await bed.ended(tenant, runId);
  await expect.poll(() => lines.some(({ message }) => message === "let go of the run")).toBe(true);
  const about = lines.filter((line) => line.run_id === runId && line.tenant_id === tenant.tenantId);
  return { engine, about };
}

test("a run's claim, steps and end are one line each", async () => {
  const { about, engine } = await play(three);
  const step = ["step started", "step ended"];
  const life = about.map(({ message }) => message).filter((message) => message !== "let go of the run");
  expect(life).toEqual(["run claimed", ...step, ...step, ...step, "run ended"]);
  expect(about.find(({ message }) => message === "step ended")).toMatchObject({
    level: "info",
    step_id: "DESIGN",
    attempt: 1,
    status: "completed",
    duration_ms: expect.any(Number),
  });
  const server = await startOperatorServer({ deps: engine.deps, engine, port: 0, host: "127.0.0.1" });
  const authorization = `Bearer ${engine.deps.config.serviceToken}`;
  const metrics = await (await fetch(`${server.url}/metrics`, { headers: { authorization } })).text();
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  expect(metrics).toMatch(/^djinnbot_engine_steps_ended_total\{status="completed",code=""\} [3-9]/m);
  expect(metrics).toMatch(/^djinnbot_engine_runs_ended_total\{status="completed",code=""\} \d/m);
  expect(metrics).toMatch(/^djinnbot_engine_pending_runs 0$/m);
  await server.close();
});

test("a failure is a warning that says why", async () => {
  const { about } = await play(single(), { modelOverride: "nobody/model" });
  for (const message of ["step ended", "run ended"]) {
    expect(about.find((line) => line.message === message)).toMatchObject({
      level: "warn",
      status: "failed",
      code: "MODEL_NOT_CONFIGURED",
      reason: expect.stringContaining("nobody"),
    });
  }
});
