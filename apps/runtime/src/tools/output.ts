/** Gathers what a program prints without letting it grow in memory: head and tail for the model, the rest in a file. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { spillDir, spillFile } from "../spill.ts";

/** More than this is not kept anywhere. */
const maxSpillBytes = 50_000_000;

export interface Gathered {
  add(chunk: Buffer): void;
  /** Text for the model, at most `max` characters; closes the file. */
  finish(): string;
}

export function gatherOutput(options: { home: string; name: string; max: number }): Gathered {
  const half = Math.floor((options.max - 600) / 2);
  const file = spillFile(options.home, options.name);
  let all: Buffer[] = [];
  let head = "";
  let tail: Buffer[] = [];
  let tailSize = 0;
  let size = 0;
  let fd: number | undefined;

  const spill = (chunk: Buffer) => {
    if (fd !== undefined && size - chunk.length < maxSpillBytes) {
      writeSync(fd, chunk);
    }
  };
  const begin = () => {
    mkdirSync(spillDir(options.home), { recursive: true, mode: 0o700 });
    fd = openSync(file, "w", 0o600);
    const sofar = Buffer.concat(all);
    writeSync(fd, sofar);
    head = sofar.subarray(0, half).toString("utf8");
    tail = [sofar];
    tailSize = sofar.length;
    all = [];
  };
  return {
    add: (chunk) => {
      size += chunk.length;
      if (fd === undefined) {
        all.push(chunk);
        if (size > options.max) {
          begin();
        }
        return;
      }
      spill(chunk);
      tail.push(chunk);
      tailSize += chunk.length;
      while (tail.length > 1 && tailSize - (tail[0]?.length ?? 0) >= half) {
        tailSize -= tail.shift()?.length ?? 0;
      }
    },
    finish: () => {
      if (fd === undefined) {
        return Buffer.concat(all).toString("utf8");
      }
      closeSync(fd);
      const end = Buffer.concat(tail);
      const last = end.subarray(Math.max(0, end.length - half)).toString("utf8");
      const kept = size > maxSpillBytes ? `the first ${maxSpillBytes} bytes are` : "all of it is";
      // At the end: whoever shortens this text further keeps its ends.
      const note = `[${size} bytes of output; ${kept} in ${file}: read it with offset and limit, or search in it.]`;
      return `${head}\n[…]\n${last}\n${note}`;
    },
  };
}
