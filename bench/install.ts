// Installs the peers when they are missing or stale, then runs the bench itself, which imports them.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../scripts/services/problem.ts";
import { run } from "../scripts/services/process.ts";
import { phase, sayFailure } from "../scripts/start/screen.ts";

const dir = import.meta.dirname;
/** Hash of the lock file that was installed last. */
const stamp = join(dir, "node_modules/.bench-lock");

async function installPeers(): Promise<void> {
  const locked = createHash("sha256")
    .update(readFileSync(join(dir, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === locked) return;
  await phase("Installing the peers", async () => {
    const npm = process.env.npm_execpath;
    const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
    // No scripts: the peers' binaries come inside their packages.
    const args = [...first, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const { code, stdout, stderr } = await run(command, args, { cwd: dir });
    if (code !== 0) {
      const reason = `${stdout}${stderr}`.trim().split("\n").slice(0, 8).join("\n    ");
      throw new Problem(
        `the peers could not be installed in bench/:\n    ${reason}`,
        "mend the cause, then run it again",
      );
    }
    writeFileSync(stamp, locked);
  });
}

try {
  await installPeers();
  await import("./main.ts");
} catch (error) {
  sayFailure(error);
  process.exit(1);
}
