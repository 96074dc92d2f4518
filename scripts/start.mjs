// Entry of `npm start`, `npm run dev` and `npm run doctor`: plain JavaScript, needs Node 20 and nothing installed.
import { handOver } from "./services/hand-over.mjs";

await handOver({ script: "scripts/start/main.ts", install: !process.argv.includes("--doctor") });
