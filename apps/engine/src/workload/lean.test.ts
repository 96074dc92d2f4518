import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Packages in CommonJS that a fresh process has loaded after these imports. */
function loadedBy(...files: string[]): string {
  const imports = files.map((file) => `await import(${JSON.stringify(new URL(file, import.meta.url).href)});`).join("");
  const list = `console.log(Object.keys((await import("node:module")).createRequire(import.meta.url).cache).join("\\n"))`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", imports + list], { encoding: "utf8" });
}

test("an engine that runs workloads as processes holds no Docker client", { timeout: 60_000 }, () => {
  expect(loadedBy("./docker.ts")).toContain("/dockerode/");
  expect(loadedBy("./index.ts", "../engine.ts", "../operator-server.ts")).not.toContain("/dockerode/");
});
