import { expect, it } from "vitest";
import { seccompOptions } from "./docker-seccomp.ts";

const [option = ""] = seccompOptions(["name=apparmor", "name=seccomp,profile=default", "name=cgroupns"]);
const { defaultAction, syscalls } = JSON.parse(option.replace("seccomp=", "")) as {
  defaultAction: string;
  syscalls: { names: string[]; action: string; args?: { value: number }[] }[];
};
const allowing = (name: string) =>
  syscalls.filter(({ names, action }) => names.includes(name) && action === "SCMP_ACT_ALLOW");

it("names what containers may call, each once, and refuses the rest", () => {
  expect(defaultAction).toBe("SCMP_ACT_ERRNO");
  const names = syscalls.filter(({ args }) => args === undefined).flatMap((line) => line.names);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.filter((name) => !/^[a-z][a-z0-9_]+$/.test(name))).toEqual([]);
  for (const name of ["read", "execve", "futex", "openat2", "rseq"]) {
    expect(
      allowing(name).map(({ args }) => args),
      name,
    ).toEqual([undefined]);
  }
  const refused = [
    "io_uring_setup",
    "io_uring_enter",
    "keyctl",
    "add_key",
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "socketcall",
  ];
  const forAdministrators = [
    "mount",
    "unshare",
    "setns",
    "clone3",
    "open_by_handle_at",
    "init_module",
    "kexec_load",
    "syslog",
    "pidfd_getfd",
  ];
  expect([...refused, ...forAdministrators].filter((name) => allowing(name).length > 0)).toEqual([]);
});

it("lets sockets of four families be opened, and none to the hypervisor or the kernel's ciphers", () => {
  expect(allowing("socket").map(({ args }) => args?.map(({ value }) => value))).toEqual([[1], [2], [10], [16]]);
});

it("leaves a list alone that whoever runs Docker has given it, and a kernel that knows none", () => {
  expect(seccompOptions(["name=seccomp,profile=builtin"])).toEqual([option]);
  expect(seccompOptions(["name=seccomp,profile=unconfined"])).toEqual([option]);
  expect(seccompOptions(["name=seccomp,profile=/etc/docker/seccomp.json"])).toEqual([]);
  expect(seccompOptions(["name=apparmor"])).toEqual([]);
});
