// Entry of the small programs in package.json (`npm run gen`, `openapi`, `env-example`): plain JavaScript, needs Node 20 and nothing
// installed. The first argument is the program, the rest is its own.
import { handOver } from "./services/hand-over.mjs";

const [script = ""] = process.argv.splice(2, 1);
await handOver({ script, install: true });
