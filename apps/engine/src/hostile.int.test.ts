import { testBackends } from "@djinnbot/testing";
import { ensureBubblewrap } from "../../../scripts/services/bubblewrap.ts";
import { paths } from "../../../scripts/start/paths.ts";
import { describeHostile } from "./testing/hostile.ts";
import { findSandbox } from "./workload/find-sandbox.ts";

const { path } = await ensureBubblewrap({ toolsDir: paths.toolsDir, log: () => undefined });
const sandbox = await findSandbox(path ?? undefined);

describeHostile({
  label: "process in bubblewrap",
  backends: () => testBackends(),
  engineEnv: async () => ({}),
  skip: sandbox.path === null ? `bubblewrap cannot make a sandbox here: ${sandbox.reason}` : undefined,
  hosts: ["127.0.0.1"],
  attempts: 107,
  impossible: {},
  unproven: [],
});
