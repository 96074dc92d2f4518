/** Where the process begins: with the whole program, or with the snapshot of one that has loaded it already. */
import { startupSnapshot } from "node:v8";
import { prepare } from "./prepare.ts";
import { startRuntime } from "./runtime.ts";

if (startupSnapshot.isBuildingSnapshot()) {
  startupSnapshot.setDeserializeMainFunction(begin);
  void prepare(process.argv.at(-1) ?? "");
} else {
  begin();
}

/** `--check` asks whether this Node can start the runtime like this: it can when it comes here. */
function begin(): void {
  if (!process.argv.includes("--check")) {
    startRuntime();
  }
}
