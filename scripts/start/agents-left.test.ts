import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { agentsLeft } from "./agents-left.ts";
import { paths } from "./paths.ts";

test("finds the agents of this data folder, each once, and nobody else's", async () => {
  const own = "/tmp/djinnbot-agents-left";
  const sleeper = (home: string, session: string) => {
    const mark = `--workload=0123456789ab,name,ten_a,run_a,${session},1700000000000,${home}`;
    return spawn(paths.node, ["-e", "setTimeout(() => {}, 30_000)", "--", mark], { stdio: "ignore" });
  };
  const children = [sleeper(`${own}/a b`, "ses_a"), sleeper(`${own}/a b`, "ses_a"), sleeper(`${own}-2/a`, "ses_b")];
  try {
    await Promise.all(children.map((child) => new Promise((resolve) => child.once("spawn", resolve))));
    expect(await agentsLeft(own)).toEqual([`kill ${Math.min(...children.slice(0, 2).map(({ pid }) => pid ?? 0))}`]);
    expect(await agentsLeft("/tmp/djinnbot-agents-left-3")).toEqual([]);
  } finally {
    for (const child of children) child.kill();
  }
});
