// More than its share of the machine. The control does little of each: that the means are there.
import { spawn } from "node:child_process";
import { accessSync, constants, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { any, attempt, missing, runNode, targets } from "./attempt.mjs";

const { forks, memoryMb, fileBytes, sparseBytes, smallWrites, roomBytes, mostBytes } = targets.bombs;

export async function tryBombs() {
  await attempt("fork without end", fork);
  await attempt("take memory without end", () => {
    const { stdout, signal, status } = runNode(
      `const kept = []; for (let n = 0; n < ${memoryMb / 10}; n++) kept.push(Buffer.alloc(10485760, 1)); console.log("took", kept.length)`,
    );
    return /took/.test(stdout ?? "") ? stdout : fails(signal ?? `code ${status}`);
  });
  await attempt("find room in memory that nothing bounds", () =>
    any(["/tmp", "/dev/shm", "/dev", "/run", "/run/lock"], (dir) => {
      accessSync(dir, constants.W_OK);
      const { bsize, blocks } = statfsSync(dir);
      return bsize * blocks > roomBytes && `${Math.round((bsize * blocks) / 1e6)} MB in ${dir}`;
    }),
  );
  await growFile("make a sparse file of 10 GB", ".", `fs.ftruncateSync(file, ${sparseBytes})`);
  const small = `for (let n = 0; n < ${smallWrites}; n++) fs.writeSync(file, Buffer.alloc(1000, 1))`;
  await growFile("make a large file by many small writes", "/tmp", small);
  const endless = `for (let n = 0; n < ${fileBytes / 1e6}; n++) fs.writeSync(file, Buffer.alloc(1e6, 1))`;
  for (const place of ["/tmp", "/dev/shm", "."]) {
    await growFile(`write a file without end into ${place}`, place, endless);
  }
}

async function fork() {
  const children = [];
  let problem = null;
  for (let n = 0; n < forks; n += 1) {
    const child = spawn("sleep", ["30"], { stdio: "ignore", detached: true });
    child.on("error", (error) => {
      problem = error;
    });
    children.push(child);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  const alive = children.filter(({ pid, exitCode }) => pid !== undefined && exitCode === null);
  const gone = alive.map((child) => new Promise((resolve) => child.once("exit", resolve)));
  for (const child of alive) {
    child.kill("SIGKILL");
  }
  await Promise.all(gone);
  if (problem?.code === "ENOENT") {
    throw missing("sleep");
  }
  return alive.length >= forks ? `${alive.length} processes` : fails(`${problem?.code} after ${alive.length}`);
}

/** In a process of its own: the limit ends it. How far it came counts, not whether it got to its end in time. */
async function growFile(name, place, script) {
  const path = join(place, "grown");
  await attempt(name, () => {
    let end;
    try {
      const { signal, status } = runNode(`const file = fs.openSync(${JSON.stringify(path)}, "w"); ${script}`);
      end = signal ?? `code ${status}`;
    } catch (error) {
      end = error.code;
    }
    try {
      const { size } = statSync(path);
      return size > mostBytes ? `${size} bytes` : fails(`${end} at ${size} bytes`);
    } finally {
      rmSync(path, { force: true });
    }
  });
}

function fails(why) {
  throw new Error(why);
}
