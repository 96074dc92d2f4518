// What only a machine's administrator may, and what of the kernel an agent's work does not need.
import { accessSync, constants, openSync } from "node:fs";
import { any, attempt, control, run, targets } from "./attempt.mjs";
import { call } from "./machine-code.mjs";

const newMounts = [272, 0x20000];
const makePrivate = [165, 0, "/", 0, 0x44000, 0];
const mountTmp = [165, "none", "/tmp", "tmpfs", 0, 0];
/** The control does it to namespaces of its own: nothing of it is to be seen outside of its process. */
const apart = (...calls) => (control ? calls : []);
const mayOpen = (path, flags = constants.O_WRONLY) => openSync(path, flags) > 0;

const words = (size, ...values) => {
  const bytes = Buffer.alloc(size);
  for (const [index, value] of values.entries()) {
    bytes.writeUInt32LE(value, index * 4);
  }
  return bytes;
};
const handle = words(8 + 128, 128);
const arrayMap = words(72, 2, 4, 4, 1);
const countEvents = words(112, 1, 112);

const byCalls = {
  "mount a file system": [...apart(newMounts, makePrivate), mountTmp],
  "uncover what the sandbox covers": control
    ? [newMounts, makePrivate, mountTmp, [166, "/tmp", 2]]
    : [[166, "/proc/sys", 2]],
  "change its root folder": [[161, "."]],
  "make a device": [
    [133, "disk", 0o60600, 0x800],
    [87, "disk"],
  ],
  "change the host's name": [...apart([272, 0x4000000]), [170, "pwned", 5]],
  "open a raw socket": [[41, 17, 3, 0x300]],
  "open a file by its handle": [
    [303, -100, "/usr", handle, Buffer.alloc(8), 0],
    [304, -100, handle, 0],
  ],
  "read the kernel's log": [[103, 3, Buffer.alloc(4096), 4096]],
  "make kernel maps (bpf)": [[321, 0, arrayMap, 72]],
  "watch the processors (perf)": [[298, countEvents, -1, 0, -1, 0]],
};
/** These need no administrator. */
const byAnybody = {
  "make a user namespace": [[272, 0x10000000]],
  "use the keyrings of whoever started the engine": [[250, 0, -3, 0]],
  "queue calls past the sandbox (io_uring)": [[425, 1, Buffer.alloc(120)]],
  "open a socket to the hypervisor (vsock)": [[41, 40, 1, 0]],
  "open a socket to the kernel's ciphers (AF_ALG)": [[41, 38, 5, 0]],
  "handle page faults for the kernel (userfaultfd)": [[323, 1]],
  "fill the message queues of whoever started the engine": [
    [240, "filled", 0x42, 0o600, 0],
    [241, "filled"],
  ],
};

const settings = {
  "change the kernel's settings": [
    "/proc/sys/kernel/sysrq",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/vm/swappiness",
  ],
  "trigger sysrq": ["/proc/sysrq-trigger"],
  "write /sys": ["/sys/kernel/mm/ksm/run", "/sys/power/state", "/sys/kernel/profiling", "/sys/kernel/uevent_helper"],
  "leave its control group": [
    ...["/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/pids/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs"],
    ...["/sys/fs/cgroup/unified/cgroup.procs"],
  ],
};

export async function tryKernel() {
  for (const [name, calls] of Object.entries(byCalls)) {
    await attempt(name, () => call(calls), { needs: "root" });
  }
  for (const [name, calls] of Object.entries(byAnybody)) {
    await attempt(name, () => call(calls));
  }
  // A module that is none: whoever may load one is told so.
  await attempt("load a module", () => call([[175, Buffer.alloc(64), 64, ""]], { letIn: ["ENOEXEC"] }), {
    needs: "root",
  });
  await attempt(
    "enter the namespaces of other processes",
    () =>
      any(control ? [targets.engine.pid] : [targets.engine.pid, 1], (pid) =>
        call([
          [2, `/proc/${pid}/ns/mnt`, 0],
          [308, 3, 0],
        ]),
      ),
    { needs: "root" },
  );
  for (const [name, paths] of Object.entries(settings)) {
    await attempt(name, () => any(paths, (path) => mayOpen(path)), { needs: "root" });
  }
  await attempt(
    "read the machine's disks and memory",
    () => any(targets.devices, (path) => mayOpen(path, constants.O_RDONLY)),
    {
      needs: "root",
    },
  );
  await attempt("read the machine's kernel memory", () => any(["/proc/kcore", "/dev/mem", "/dev/kmem"], readsSome), {
    needs: "root",
  });
  await attempt("become root", becomesRoot, { needs: "root" });
}

/** A number alone makes no root: it has to be able to do something, too. */
function becomesRoot() {
  const [setIds, changeRoot] = [
    [117, 0, 0, 0],
    [161, "."],
  ];
  return call([setIds, changeRoot]);
}

function readsSome(path) {
  accessSync(path, constants.R_OK);
  const { status, stdout } = run(process.execPath, [
    "-e",
    `const fs = require("fs"); console.log(fs.readSync(fs.openSync(process.argv[1], "r"), Buffer.alloc(64)))`,
    path,
  ]);
  return status === 0 && Number(stdout) > 0;
}
