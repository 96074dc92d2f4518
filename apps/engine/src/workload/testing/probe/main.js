// Stands in for the runtime in the conformance suite: takes its environment the same way, runs a script as an agent's shell would
// be run, and says what happened in files of its working copy.
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// biome-ignore lint/style/noProcessEnv: this program is its own composition root
const { DJINNBOT_ENV_FD, PATH } = process.env;
const fd = Number(DJINNBOT_ENV_FD);
const env = JSON.parse(readFileSync(fd, "utf8"));
const file = (name) => join(env.WORKSPACE, name);

process.on("SIGTERM", () => {
  writeFileSync(file("asked"), "SIGTERM");
  if (!existsSync(file("stubborn"))) process.exit(0);
});
setInterval(() => undefined, 60_000);

appendFileSync(file("starts"), `${process.pid}\n`);
writeFileSync(file("env.json"), JSON.stringify(env));
if (existsSync(file("probe.sh"))) {
  const result = spawnSync("bash", [file("probe.sh")], {
    cwd: env.WORKSPACE,
    env: { PATH, HOME: env.HOME },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  writeFileSync(file("result.part"), JSON.stringify({ code: result.status, output: result.stdout + result.stderr }));
  renameSync(file("result.part"), file("result.json"));
}
if (existsSync(file("exit-code"))) {
  process.stderr.write("first of the last lines\nthe very last line\n");
  process.exit(Number(readFileSync(file("exit-code"), "utf8")));
}
writeFileSync(file("ready"), String(process.pid));
