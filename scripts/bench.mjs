// Entry of `npm run bench`: plain JavaScript, needs Node 20 and nothing installed. Installs the product's packages, then the peers'.
import { handOver } from "./services/hand-over.mjs";

await handOver({ script: "bench/install.ts", install: true });
