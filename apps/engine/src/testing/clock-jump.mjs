// Loaded before an engine (NODE_OPTIONS=--import): on SIGUSR2 its wall clock is off by the milliseconds in CLOCK_JUMP_FILE.
import { readFileSync } from "node:fs";

const RealDate = Date;
let offMs = 0;
process.on("SIGUSR2", () => {
  offMs = Number(readFileSync(process.env.CLOCK_JUMP_FILE ?? "", "utf8"));
});
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + offMs] : args));
  }
  static now() {
    return RealDate.now() + offMs;
  }
};
