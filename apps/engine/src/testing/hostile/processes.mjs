// Processes that are not its own: the engine's, and those of another tenant's run.
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { any, attempt, canRead, control, planted, targets } from "./attempt.mjs";
import { call } from "./machine-code.mjs";

const { victim, engine } = targets;
const pids = () => readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
/** In the control: the platform's only, not everything that a shared machine runs. */
const visible = () => (control ? [engine.pid, ...victim.pids].map(String) : pids());
const lineOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8");

/** Whether the number means the machine's process, and not one of the sandbox that happens to have it. Throws when there is none. */
function isTheirs(pid) {
  if (control) {
    return true;
  }
  const line = existsSync(`/proc/${pid}`) ? lineOf(pid) : null;
  return line === null || line.includes("apps/engine") || line.includes(victim.runId);
}

export async function tryProcesses() {
  for (const part of ["environ", "cmdline", "maps", "root", "cwd", "fd"]) {
    await attempt(`engine's /proc ${part}`, () => isTheirs(engine.pid) && canRead(`/proc/${engine.pid}/${part}`));
  }
  await attempt("see the engine's or another run's processes", () =>
    any(visible(), (pid) => {
      const line = lineOf(pid);
      return line.includes("apps/engine/src/main.ts") || line.includes(victim.runId);
    }),
  );
  const signal = control ? 0 : "SIGKILL";
  for (const [whose, of] of [
    ["the engine", [engine.pid]],
    ["another tenant's run and its sandbox", victim.pids],
  ]) {
    await attempt(`kill ${whose}`, () => any(of, (pid) => isTheirs(pid) && process.kill(pid, signal)));
    await attempt(
      `write the memory of ${whose}`,
      () => any(of, (pid) => isTheirs(pid) && openSync(`/proc/${pid}/mem`, constants.O_RDWR) > 0),
      { needs: "root" },
    );
    const seize = 0x4206;
    await attempt(`trace ${whose}`, () => any(of, (pid) => isTheirs(pid) && call([[101, seize, pid, 0, 0]])), {
      needs: "root",
    });
  }
  await attempt("reach the files of others by the folders of visible processes", () =>
    any(visible(), (pid) =>
      any(["root", "cwd"], (part) =>
        any([targets.dataDir.slice(1), "."], (dir) =>
          readdirSync(join(`/proc/${pid}/${part}`, dir, "tenants")).includes(victim.tenantId),
        ),
      ),
    ),
  );
  await trySecrets();
}

const { rdev: nullDevice } = statSync("/dev/null");
/** Its name is that of outside, which in a changed root is not /dev/null. */
const isNull = (path) => statSync(path).rdev === nullDevice;

/** Descriptors of the engine, or of whatever started it, that came along. Comes first: later ones may be its own. */
export async function tryDescriptors() {
  const places = [process.cwd(), process.env.HOME];
  /** What a process has open that is not the agent's: files, pipes, sockets. */
  const notOwn = (pid) =>
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const link = readlinkSync(`/proc/${pid}/fd/${fd}`);
        const isOwn = places.some((place) => link.startsWith(place)) || /^\/(dev\/pts\/\d+|proc\/)/.test(link);
        return isOwn || isNull(`/proc/${pid}/fd/${fd}`)
          ? []
          : [{ path: `/proc/${pid}/fd/${fd}`, link, fd: Number(fd) }];
      } catch {
        return [];
      }
    });
  const foreign = (pid) => notOwn(pid).filter(({ link }) => link.startsWith("/"));
  await attempt("find a file of others open in its own process", () => foreign("self").map(({ link }) => link)[0]);
  await attempt("find a connection of others open in its own process", () => {
    // Node's own are pipes and nameless files; in the control one is handed over.
    const sockets = readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith("socket:");
      } catch {
        return false;
      }
    });
    return sockets.length > 0 && sockets.join();
  });
  const ownRun = control?.runDir ?? resolve("..");
  const opensAgain = (isWanted) =>
    any(visible(), (pid) =>
      any(
        foreign(pid).filter(({ link }) => isWanted(link.startsWith(ownRun))),
        ({ path, link }) => {
          closeSync(openSync(path, constants.O_RDWR));
          return link.replace(targets.dataDir, "{data}");
        },
      ),
    );
  await attempt("read and write files of others that visible processes have open", () => opensAgain((isOwn) => !isOwn));
  await attempt("rewrite the log of its own workload", () => opensAgain((isOwn) => isOwn));
  const cut = (pid, fd) =>
    call([
      [434, Number(pid), 0],
      [438, 3, fd, 0],
      [77, 4, 0],
    ]);
  await attempt(
    "cut its log by a descriptor that it takes from another process",
    () =>
      any(visible(), (pid) =>
        any(
          notOwn(pid).filter(({ link }) => !control || link.startsWith(ownRun)),
          ({ fd, link }) => cut(pid, fd) && link.replace(targets.dataDir, "{data}"),
        ),
      ),
    { needs: "root" },
  );
}

async function trySecrets() {
  // The test looks into this file for secrets.
  await attempt("write down every environment and command line there is", () => {
    const texts = visible().flatMap((pid) =>
      ["environ", "cmdline"].flatMap((part) => {
        try {
          return [readFileSync(`/proc/${pid}/${part}`, "utf8")];
        } catch {
          return [];
        }
      }),
    );
    writeFileSync("dump.txt", [JSON.stringify(process.env), ...texts].join("\n"));
    return planted;
  });
  await attempt(
    "find a provider's key in the memory of visible processes",
    () => {
      const places = control ? [String(control.secretPid)] : pids();
      return places.some(holdsSecret) && "found";
    },
    { needs: "root" },
  );
}

function holdsSecret(pid) {
  let ranges;
  let file;
  try {
    ranges = readFileSync(`/proc/${pid}/maps`, "utf8").matchAll(/^(\w+)-(\w+) rw/gm);
    file = openSync(`/proc/${pid}/mem`, "r");
  } catch {
    return false;
  }
  // Put together here, so that this program does not find itself.
  const secret = targets.secretParts.join("");
  const step = 4_194_304n;
  for (const [, from, to] of ranges) {
    const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
    for (let at = start; at < end && at - start < 200_000_000n; at += step) {
      const chunk = Buffer.alloc(Number(end - at < step ? end - at : step));
      try {
        readSync(file, chunk, 0, chunk.length, at);
      } catch {
        break;
      }
      if (chunk.includes(secret)) {
        return true;
      }
    }
  }
  return false;
}
