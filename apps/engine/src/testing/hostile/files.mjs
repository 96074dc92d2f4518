// Files that are not its own: other tenants', the engine's, the system's, and the programs that the next run will execute.
import { spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { any, attempt, canCreateIn, canRead, control, missing, run, targets } from "./attempt.mjs";
import { program } from "./machine-code.mjs";

const { victim, dataDir } = targets;
const canWrite = (path) => openSync(path, constants.O_WRONLY | constants.O_APPEND) > 0;

export async function tryFiles() {
  for (const [what, path] of Object.entries(victim.paths)) {
    await attempt(`read another tenant's ${what}`, () => canRead(path));
    await attempt(`write another tenant's ${what}`, () => canCreateIn(path));
  }
  await attempt("list the tenants", () => readdirSync(join(dataDir, "tenants")).includes(victim.tenantId));
  for (const [name, path, needs] of targets.files) {
    await attempt(`read ${name}`, () => canRead(path), { needs });
  }
  // The engine keeps them beside the folders that the sandbox shows.
  const own = join(control?.runDir ?? resolve(".."), "workloads");
  await attempt("list what the engine keeps of its workloads", () => readdirSync(own).length > 0);
  await attempt("read its workload's log and status", () =>
    any(readdirSync(own), (file) => readFileSync(join(own, file)) && file),
  );
  await attempt("forge its workload's status", () =>
    control ? any(readdirSync(own), (file) => canWrite(join(own, file))) : canCreateIn(own),
  );
  await tryPrograms();
  await trySockets();
}

async function tryPrograms() {
  const bundles = [targets.runtime, "/opt/djinnbot/runtime"];
  await attempt("change the runtime that the next run executes", () =>
    any(
      bundles.filter(existsSync).flatMap((dir) => readdirSync(dir).map((file) => join(dir, file))),
      canWrite,
    ),
  );
  await attempt("add to the runtime's folder and its compiled code", () =>
    any(bundles, (dir) => canCreateIn(dir, { ask: control })),
  );
  await attempt("change the mode of what the next run executes", () =>
    any([...bundles.map((dir) => join(dir, "main.cjs")), "/opt/djinnbot/bin/node"], (file) => {
      chmodSync(file, statSync(file).mode & 0o7777);
      return true;
    }),
  );
  await attempt(
    "change the Node that the next run executes",
    () => {
      // Only asked: while it runs, nobody can open it for writing.
      accessSync(process.execPath, constants.W_OK);
      return true;
    },
    { needs: "root" },
  );
  await attempt(
    "write system programs",
    () =>
      any(["/usr/bin/env", "/usr/bin/git", "/bin/sh"], (file) => {
        // Only asked: nobody on the machine could start one while it is open for writing.
        accessSync(file, constants.W_OK);
        return true;
      }),
    { needs: "root" },
  );
  await attempt("write system configuration", () => any(["/etc/passwd", "/etc/hosts", "/etc/group"], canWrite), {
    needs: "root",
  });
  await attempt(
    "add to system folders",
    () => any(["/", "/usr", "/usr/bin", "/etc", "/opt", "/var", "/lib"], (dir) => canCreateIn(dir, { ask: control })),
    { needs: "root" },
  );
  await trySetUid();
}

const setUidDirs = ["/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin", "/usr/lib/openssh", "/usr/lib/dbus-1.0"];
/** In the control they run as nobody in particular, so that a gain shows. */
const nobody = control?.isRoot ? { uid: 65_534, gid: 65_534 } : {};

async function trySetUid() {
  const found = setUidDirs.flatMap((dir) =>
    (existsSync(dir) ? readdirSync(dir) : []).map((name) => join(dir, name)).filter(isSetUid),
  );
  // They say what they would; whether the kernel gave them anything shows in the rights of a program that starts like them.
  await attempt("gain rights by the system's set-uid programs", async () => {
    if (found.length === 0) {
      throw missing("a set-uid program");
    }
    for (const file of found) {
      if (await gainsRights(file)) {
        return file;
      }
    }
    return false;
  });
  await attempt(
    "gain rights by a set-uid program of its own",
    () => {
      const newHostNames = [272, 0x4000000];
      const file = program("own-root", [newHostNames]);
      chownSync(file, 0, 0);
      chmodSync(file, 0o4755);
      return run(file, [], nobody).status === 0;
    },
    { needs: "root" },
  );
}

function isSetUid(file) {
  try {
    const { mode, uid } = statSync(file);
    return (mode & 0o4000) !== 0 && (control === undefined || uid === 0);
  } catch {
    return false;
  }
}

async function gainsRights(file) {
  // Without end of its input, most of them wait for it and can be looked at.
  const child = spawn(file, [], { stdio: ["pipe", "ignore", "ignore"], ...nobody });
  child.on("error", () => undefined);
  child.stdin?.on("error", () => undefined);
  let isRicher = false;
  for (let n = 0; n < 20 && child.pid !== undefined && child.exitCode === null && !isRicher; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      isRicher = /CapEff:\s*0*[1-9a-f]/.test(readFileSync(`/proc/${child.pid}/status`, "utf8"));
    } catch {
      break;
    }
  }
  child.kill("SIGKILL");
  return isRicher;
}

async function trySockets() {
  for (const path of targets.sockets) {
    await attempt(`connect to ${path.replace(dataDir, "{data}").replace(/.*\/\.data\/tools/, "{tools}")}`, () =>
      connects(path),
    );
  }
  await attempt("connect to the machine's Docker, containerd, Postgres or systemd by its socket", async () => {
    const sockets = targets.systemSockets.filter((path) => !control || existsSync(path));
    if (sockets.length === 0) {
      throw missing("such a socket on this machine");
    }
    for (const path of sockets) {
      if (existsSync(path)) {
        return path;
      }
    }
    return false;
  });
  await attempt("connect to a socket of the machine without a path", () => connects(`\0${targets.abstractSocket}`));
}

const connects = (path) =>
  new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.on("connect", () => resolve("connected"));
    socket.on("error", reject);
    setTimeout(() => resolve(false), 1500).unref();
  });
