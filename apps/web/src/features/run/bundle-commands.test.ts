import { expect, it } from "vitest";
import { commandsFor } from "./bundle-commands.ts";

it("into a clone of the repository, or as a clone where nobody has one", () => {
  const run = { runId: "run_1", branch: "run/run_1" };
  expect(commandsFor({ ...run, fresh: false })).toBe(
    "git fetch run_1.bundle run/run_1:run/run_1\ngit switch run/run_1",
  );
  expect(commandsFor({ ...run, fresh: true })).toBe("git clone --branch run/run_1 run_1.bundle");
});
