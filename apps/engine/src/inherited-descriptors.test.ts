/** Programs that are started with a descriptor too many, and what their own children see of it. */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "djinnbot-descriptors-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const program = join(dir, "program.mjs");
const module = new URL("inherited-descriptors.ts", import.meta.url).href;
writeFileSync(
  program,
  `import { execFileSync } from "node:child_process";
   import { closeInheritedDescriptors } from ${JSON.stringify(module)};
   const inherited = () => execFileSync("bash", ["-c", "for fd in /proc/$$/fd/*; do [ -e $fd ] && basename $fd; done; true"], { encoding: "utf8" }).trim().split("\\n").map(Number);
   const before = inherited();
   const closed = closeInheritedDescriptors();
   const told = { before, closed, after: inherited(), again: closeInheritedDescriptors() };
   if (process.send) { process.send(told); process.disconnect(); } else { console.log(JSON.stringify(told)); }`,
);

it.skipIf(!existsSync("/proc/self/fdinfo"))("are rid of it, and pass nothing on", () => {
  const script = `exec 200> ${join(dir, "left-open")} 231< /dev/null; exec "$0" "$1"`;
  const said = execFileSync("bash", ["-c", script, process.execPath, program], { encoding: "utf8" });
  const { before, closed, after, again } = JSON.parse(said);
  expect(before).toEqual(expect.arrayContaining([200, 231]));
  expect(closed).toEqual(expect.arrayContaining([200, 231]));
  // 255 is the shell's own.
  expect(after.filter((fd: number) => fd > 2 && fd !== 255)).toEqual([]);
  expect(again).toEqual([]);
});

it("keep the line to a parent that has forked them", async () => {
  const child = fork(program, { execArgv: [] });
  const [told] = await once(child, "message");
  expect(told).toMatchObject({ again: [] });
  await once(child, "exit");
});
