import { describe, expect, it } from "vitest";
import { seccompFilter } from "./seccomp.ts";

const [allowed, forbidden, unknown, noSuchFamily] = [0x7fff0000, 0x50001, 0x50026, 0x50061];

/** What the program answers: the few instructions of classic BPF that it consists of. */
function ask(program: Buffer, call: { audit: number; number: number; argument?: number }): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.audit, 4);
  data.writeUInt32LE(call.argument ?? 0, 16);
  let loaded = 0;
  for (let at = 0; ; at += 8) {
    const [code, value] = [program.readUInt16LE(at), program.readUInt32LE(at + 4)];
    if (code === 0x06) {
      return value;
    }
    if (code === 0x20) {
      loaded = data.readUInt32LE(value);
    } else {
      const isTrue = code === 0x15 ? loaded === value : code === 0x45 ? (loaded & value) !== 0 : loaded >= value;
      at += 8 * program.readUInt8(at + (isTrue ? 2 : 3));
    }
  }
}

describe.each([
  { arch: "x64", audit: 0xc000003e, read: 0, socket: 41, clone: 56, unshare: 272, keyctl: 250, bpf: 321 },
  { arch: "arm64", audit: 0xc00000b7, read: 63, socket: 198, clone: 220, unshare: 97, keyctl: 219, bpf: 280 },
])("the filter of system calls on $arch", ({ arch, audit, read, socket, clone, unshare, keyctl, bpf }) => {
  const program = seccompFilter(arch) ?? Buffer.alloc(0);
  const answers = (numbers: number[]) => numbers.map((number) => ask(program, { audit, number }));

  it("lets ordinary calls through, and refuses keyrings, bpf and io_uring", () => {
    expect(answers([read, read + 1, 439])).toEqual([allowed, allowed, allowed]);
    expect(answers([keyctl, bpf])).toEqual([forbidden, forbidden]);
    expect(answers([425, 426, 427, 435])).toEqual([unknown, unknown, unknown, unknown]);
  });

  it("lets processes and threads be made, but no user namespaces", () => {
    const [threads, users, mounts] = [0x3d0f00, 0x10000000, 0x20000];
    for (const number of [clone, unshare]) {
      const told = [threads, mounts, users, users | mounts].map((argument) =>
        ask(program, { audit, number, argument }),
      );
      expect(told).toEqual([allowed, allowed, forbidden, forbidden]);
    }
  });

  it("lets local, IP and netlink sockets through only", () => {
    const families = [1, 2, 10, 16, 38, 40, 17].map((argument) => ask(program, { audit, number: socket, argument }));
    expect(families).toEqual([allowed, allowed, allowed, allowed, noSuchFamily, noSuchFamily, noSuchFamily]);
  });

  it("refuses the calls of other tables, in which the numbers mean something else", () => {
    expect(ask(program, { audit: 0x40000003, number: read })).toBe(unknown);
    expect(ask(program, { audit, number: 0x40000000 + read })).toBe(unknown);
  });
});

it("is not made for machines whose calls are not known", () => {
  expect(seccompFilter("riscv64")).toBeNull();
});
