// `npm start`: check, services, migrations, build, run; Ctrl-C stops everything. `--dev` watches, `--doctor` only checks.
import { doctor } from "./doctor.ts";
import { launch } from "./launch.ts";

const args = process.argv.slice(2);

if (args.includes("--doctor")) process.exitCode = await doctor();
else await launch({ isDev: args.includes("--dev") });
