// Output without end: `node flood.mjs <bytes> <file>` prints that much and then writes into the file how much that was and how many ms it took.
import { writeFileSync, writeSync } from "node:fs";

const [wanted, file] = [Number(process.argv[2]), process.argv[3]];
const chunk = Buffer.from("0123456789\n".repeat(6000));
const begun = Date.now();
let written = 0;
while (written < wanted) {
  try {
    written += writeSync(1, chunk, 0, Math.min(chunk.length, wanted - written));
  } catch (error) {
    if (error.code !== "EAGAIN") {
      throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}
writeFileSync(file, `${written} ${Date.now() - begun}`);
