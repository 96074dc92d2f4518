// Entry of `npm start`, `npm run dev` and `npm run doctor`: plain JavaScript, needs Node 20 and nothing installed.
import { handOver } from "./services/hand-over.mjs";

// The launcher only waits once the product runs: it needs little memory, one thread beside its own, and `gc` to give back the rest.
const flags = ["--max-semi-space-size=1", "--v8-pool-size=1", "--expose-gc"];
await handOver({ script: "scripts/start/main.ts", flags, install: !process.argv.includes("--doctor") });
