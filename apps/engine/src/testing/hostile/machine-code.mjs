// Programs of a few system calls, made on the spot: what the kernel allows, whatever programs the sandbox has.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import { control, missing, run } from "./attempt.mjs";

const base = 0x400000n;
const headerBytes = 0x78;
const exit = 60n;
const errorNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** x86-64: the registers that a system call takes its number and arguments from. */
const load = [0xb8, 0xbf, 0xbe, 0xba, [0x49, 0xba], [0x49, 0xb8], [0x49, 0xb9]].map((code) =>
  Buffer.from(Array.isArray(code) ? code : [0x48, code]),
);
const set = (register, value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return Buffer.concat([load[register], bytes]);
};
const syscall = Buffer.from([0x0f, 0x05]);
/** test rax,rax; jns past the end; neg rax; mov rdi,rax; mov eax,60; syscall */
const exitOnError = Buffer.from("4885c0790d48f7d84889c7b83c0000000f05", "hex");

/** A static ELF program that makes the calls one after the other; its exit code is the number of the first error, else 0. */
function assemble(calls) {
  const callBytes = 7 * 10 + syscall.length + exitOnError.length;
  const dataAt = headerBytes + calls.length * callBytes + 2 * 10 + syscall.length;
  const data = [];
  let dataBytes = 0;
  // One place for each thing: what a call writes into a buffer, the next one that is given the same buffer finds there.
  const placed = new Map();
  const place = (value) => {
    if (typeof value === "number") {
      return BigInt(value);
    }
    if (!placed.has(value)) {
      placed.set(value, base + BigInt(dataAt + dataBytes));
      data.push(typeof value === "string" ? Buffer.from(`${value}\0`) : value);
      dataBytes += data.at(-1).length;
    }
    return placed.get(value);
  };
  const code = calls.map((call) => {
    const registers = [...call, 0, 0, 0, 0, 0, 0].slice(0, 7).map((value, index) => set(index, place(value)));
    return Buffer.concat([...registers, syscall, exitOnError]);
  });
  const body = Buffer.concat([...code, set(0, exit), set(1, 0n), syscall, ...data]);
  return Buffer.concat([header(BigInt(headerBytes + body.length)), body]);
}

function header(size) {
  const bytes = Buffer.alloc(headerBytes);
  Buffer.from("7f454c46020101", "hex").copy(bytes);
  bytes.writeUInt32LE(0x003e0002, 0x10); // executable, x86-64
  bytes.writeUInt32LE(1, 0x14);
  bytes.writeBigUInt64LE(base + BigInt(headerBytes), 0x18);
  bytes.writeBigUInt64LE(0x40n, 0x20);
  bytes.writeUInt32LE(0x00380040, 0x34);
  bytes.writeUInt16LE(1, 0x38);
  bytes.writeUInt32LE(1, 0x40); // one segment: all of the file, to read, write and execute
  bytes.writeUInt32LE(7, 0x44);
  bytes.writeBigUInt64LE(base, 0x50);
  bytes.writeBigUInt64LE(base, 0x58);
  bytes.writeBigUInt64LE(size, 0x60);
  bytes.writeBigUInt64LE(size, 0x68);
  bytes.writeBigUInt64LE(0x1000n, 0x70);
  return bytes;
}

/** Writes such a program. */
export function program(file, calls) {
  if (process.arch !== "x64") {
    throw missing("machine code for x86-64");
  }
  writeFileSync(file, assemble(calls));
  chmodSync(file, 0o755);
  return resolve(file);
}

/**
 * Makes the calls (number and arguments; a text or buffer stands for its address) in a process of its own. Throws the first error,
 * unless it is one of `letIn`, which say that the caller may and only the arguments are wrong.
 */
export function call(calls, { letIn = [], ...options } = {}) {
  const file = program("calls", calls);
  try {
    const { status, signal } = run(file, [], options);
    if (signal) {
      throw new Error(signal);
    }
    const name = errorNames.get(status) ?? String(status);
    if (control && name === "ENOSYS") {
      throw missing("such a call in this kernel");
    }
    if (status !== 0 && !letIn.includes(name)) {
      throw Object.assign(new Error(name), { code: name });
    }
    return status === 0 || name;
  } finally {
    rmSync(file, { force: true });
  }
}
