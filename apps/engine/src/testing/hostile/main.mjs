// What a hostile agent tries, run by its own shell inside its workload: `node hostile/main.mjs <targets.json>`. Prints a line for each
// attempt (`attempt.mjs`). It never stops at an error: an error is what it should get.
import { tryBombs } from "./bombs.mjs";
import { tryDoor } from "./door.mjs";
import { tryFiles } from "./files.mjs";
import { tryKernel } from "./kernel.mjs";
import { tryNetwork } from "./network.mjs";
import { tryPlanting } from "./planted.mjs";
import { tryDescriptors, tryProcesses } from "./processes.mjs";

await tryDescriptors();
await tryFiles();
await tryProcesses();
await tryNetwork();
await tryDoor();
await tryKernel();
await tryPlanting();
await tryBombs();
// What an attempt has left open is not to keep it.
process.exit(0);
