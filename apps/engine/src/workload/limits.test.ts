import { randomBytes } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { createLimiter } from "./limits.ts";

afterEach(() => vi.restoreAllMocks());

const hour = 3_600_000;

test("the group of a workload that another engine is just starting is no leftover, whatever the time of day says", async () => {
  const options = { installation: randomBytes(8).toString("hex"), prlimit: null, canCount: false };
  const [starting, sweeping] = [await createLimiter(options), await createLimiter(options)];
  const around = await starting.wrap("waits", { memoryMb: 64, cpus: 1, pids: 16, diskMb: 64 });
  try {
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + hour);
    expect(await sweeping.leftovers()).toEqual([]);
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + hour);
    // Where no groups can be made there are none to forget.
    expect(await sweeping.leftovers()).toEqual(around.length > 0 ? ["waits"] : []);
  } finally {
    await starting.release("waits");
  }
  expect(await sweeping.leftovers()).toEqual([]);
});
