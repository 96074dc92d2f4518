import { newId } from "@djinnbot/contracts";
import { describe, expect, test } from "vitest";
import { workloadName } from "./name.ts";
import { formatLabel, installationId, parseLabel } from "./process-label.ts";

const options = { dataDir: "/data", secret: "a secret of more than thirty-two letters" };

describe("names and labels of workloads", () => {
  test("a name is a DNS label that tells whose it is", () => {
    for (let n = 1; n < 1000; n += 37) {
      const [tenantId, runId] = [newId("tenant"), newId("run")];
      const name = workloadName({ tenantId, runId, n });
      expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/);
      expect(name).toContain(tenantId.slice(4, 12));
      expect(name).toContain(runId.replace("_", "-"));
    }
  });

  test("a label survives the command line", () => {
    const [tenantId, runId, sessionId] = [newId("tenant"), newId("run"), newId("session")];
    const name = workloadName({ tenantId, runId, n: 2 });
    const home = "/data/a, b/home with spaces";
    const label = {
      installation: installationId(options),
      name,
      tenantId,
      runId,
      sessionId,
      startedAt: 1_790_000_000_000,
      home,
    };
    expect(parseLabel(["node", "main.js", formatLabel(label)])).toEqual(label);
    expect(parseLabel(["node", `x${formatLabel(label)}`])).toBeNull();
    expect(parseLabel(["--workload=a,b"])).toBeNull();
  });

  test("an installation is told by its data and its secret, and gives neither away", () => {
    expect(installationId(options)).toBe(installationId({ ...options, dataDir: "/data/" }));
    expect(installationId(options)).not.toBe(installationId({ ...options, dataDir: "/other" }));
    expect(installationId(options)).not.toBe(installationId({ ...options, secret: "another one" }));
    expect(installationId(options)).toMatch(/^[0-9a-f]{12}$/);
  });
});
