import { describe, expect, it } from "vitest";
import { ServerWait } from "./server-wait.ts";

function server(repository: string | null, soon = false) {
  let answers = 0;
  const wait = new ServerWait({
    repository,
    soon,
    onAnswer: () => {
      // Who is told finds that it is over.
      expect(wait.waits).toBe(false);
      answers += 1;
    },
  });
  return { wait, answers: () => answers };
}

describe("a run's wait for its git server", () => {
  it.each(["https://slow.test/x.git", "git@slow.test:x.git"])(
    "%s: is as long as the work, done or failed",
    async (at) => {
      const { wait, answers } = server(at);
      expect(wait.waits).toBe(false);
      expect(await wait.during(async () => wait.waits)).toBe(true);
      expect([wait.waits, answers()]).toEqual([false, 1]);
      await expect(wait.during(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
      expect([wait.waits, answers()]).toEqual([false, 2]);
    },
  );

  it("begins before the work when it is the next that comes", async () => {
    const { wait } = server("https://slow.test/x.git", true);
    expect(wait.waits).toBe(true);
    await wait.during(async () => undefined);
    expect(wait.waits).toBe(false);
  });

  it.each([null, "/srv/x.git"])("%s: there is none", async (here) => {
    const { wait, answers } = server(here, true);
    expect([wait.waits, await wait.during(async () => wait.waits), answers()]).toEqual([false, false, 0]);
  });
});
