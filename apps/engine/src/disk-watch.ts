/** Ends steps whose run has written more than it may: no backend can bound a whole folder everywhere. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { tenantPaths } from "@djinnbot/config";
import type { Resources } from "./held/resources.ts";
import type { Scheduler } from "./run/scheduler.ts";

/** Counting takes this long (s) only when there are far too many files. */
const patienceS = 20;
/** What a file or folder counts at least, however little is in it. */
const leastKb = 4;
/**
 * A line for each folder: its blocks and its files, or that they cannot be counted. `du` goes on when files go while it counts. One
 * process does it for all: during the start of each this one stands still for milliseconds.
 */
const script = `
count() {
  answer=$(timeout ${patienceS} du "$@" 2>/dev/null)
  [ $? -ne 124 ] || answer=Infinity
  printf '%s ' "\${answer%%[[:space:]]*}"
  [ "$answer" != Infinity ]
}
for dir do
  count -skx -- "$dir" && count -sx --inodes -- "$dir"
  echo
done`;

export async function watchDisks({ deps, options, log }: Resources, scheduler: Scheduler): Promise<void> {
  const limitMb = options.limits.diskMb;
  const busy = scheduler.held.flatMap((driver) => {
    const { session, tenantId, runId } = driver;
    const dir = tenantPaths(deps.config.dataDir, tenantId).run(runId);
    return session?.busy ? [{ driver, dir, sessionId: session.sessionId }] : [];
  });
  if (busy.length === 0) {
    return;
  }
  try {
    // One after the other: this is to find what grows without end, not to be exact.
    const measured = measureMb(busy.map(({ dir }) => dir));
    for (const { driver, sessionId } of busy) {
      const { value: usedMb = Number.NaN } = await measured.next();
      if (usedMb > limitMb) {
        const used = usedMb === Number.POSITIVE_INFINITY ? "so many files that they cannot be counted" : `${usedMb} MB`;
        const message = `The files of the run take ${used}; at most ${limitMb} MB are allowed.`;
        driver.checkWorkload({ sessionId, failed: { code: "DISK_LIMIT", message } });
      } else if (Number.isNaN(usedMb)) {
        log.warn({ run_id: driver.runId }, "the files of a run could not be measured");
      }
    }
  } catch (error) {
    log.warn({ err: (error as Error).message }, "the files of runs could not be measured");
  }
}

/** What each folder takes on the disk, by blocks or by the number of its files, whichever is more; infinite when it takes too long. */
async function* measureMb(dirs: readonly string[]): AsyncGenerator<number, undefined> {
  const counting = spawn("sh", ["-c", script, "sh", ...dirs], { stdio: ["ignore", "pipe", "ignore"] });
  const failed = new Promise<never>((_, reject) => counting.once("error", reject));
  failed.catch(() => undefined);
  const lines = createInterface({ input: counting.stdout })[Symbol.asyncIterator]();
  for (;;) {
    const line = await Promise.race([lines.next(), failed]);
    if (line.done) {
      return;
    }
    const [kb = Number.NaN, files = 0] = line.value.trim().split(/\s+/).map(Number.parseFloat);
    yield Math.ceil(Math.max(kb, files * leastKb) / 1024);
  }
}
