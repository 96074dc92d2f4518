/** Ends steps whose run has written more than it may: no backend can bound a whole folder everywhere. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { tenantPaths } from "@djinnbot/config";
import type { Resources } from "./resources.ts";
import type { Scheduler } from "./scheduler.ts";

const run = promisify(execFile);
/** Counting takes this long (ms) only when there are far too many files. */
const patienceMs = 20_000;
/** What a file or folder counts at least, however little is in it. */
const leastKb = 4;

export async function watchDisks({ deps, options, log }: Resources, scheduler: Scheduler): Promise<void> {
  const limitMb = options.limits.diskMb;
  // One after the other: this is to find what grows without end, not to be exact.
  for (const driver of scheduler.held) {
    const { session, tenantId, runId } = driver;
    if (!session?.busy) {
      continue;
    }
    try {
      const usedMb = await measureMb(tenantPaths(deps.config.dataDir, tenantId).run(runId));
      if (usedMb > limitMb) {
        const used = usedMb === Number.POSITIVE_INFINITY ? "so many files that they cannot be counted" : `${usedMb} MB`;
        const message = `The files of the run take ${used}; at most ${limitMb} MB are allowed.`;
        driver.checkWorkload({ sessionId: session.sessionId, failed: { code: "DISK_LIMIT", message } });
      }
    } catch (error) {
      log.warn({ err: (error as Error).message, run_id: runId }, "the files of a run could not be measured");
    }
  }
}

/** What the folder takes on the disk, by blocks or by the number of its files, whichever is more; infinite when it takes too long. */
async function measureMb(dir: string): Promise<number> {
  const [kb, files] = await Promise.all([count(["-skx", "--", dir]), count(["-sx", "--inodes", "--", dir])]);
  return Math.ceil(Math.max(kb, files * leastKb) / 1024);
}

async function count(args: string[]): Promise<number> {
  const counted = await run("du", args, { timeout: patienceMs }).catch(
    // Files that go while it counts make it complain, and it counts on.
    (error: { stdout?: string; killed?: boolean }) => {
      if (error.killed) {
        return { stdout: "Infinity" };
      }
      if (!error.stdout) {
        throw error;
      }
      return { stdout: error.stdout };
    },
  );
  return Number.parseFloat(counted.stdout);
}
