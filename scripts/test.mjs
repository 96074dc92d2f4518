// Entry of `npm test` and `npm run verify`: plain JavaScript, needs Node 20 and nothing installed.
import { handOver } from "./services/hand-over.mjs";

await handOver({ script: "scripts/test/main.ts", install: true });
