// Each thing has one place: Redis keys, tenant paths, the system client, the process environment; and files stay small.
import { fail, pass, sourceFiles } from "./check.ts";

const isTest = (path: string) =>
  /\.test\.tsx?$|\.test-data\.ts$|\/test\/|\.conformance\.ts$|\/testing\/|\/e2e\/|^packages\/testing\//.test(path);

interface Rule {
  name: string;
  pattern: RegExp;
  allowed: RegExp;
  say: string;
}
const rules: Rule[] = [
  {
    name: "Redis keys",
    pattern: /[`'"]djinnbot:/,
    allowed: /^packages\/events\/src\/keys\.ts$/,
    say: "Redis keys are spelt in packages/events/src/keys.ts only",
  },
  {
    name: "tenant paths",
    pattern: /["'`/]tenants["'`/]\s*,|\/data\/tenants/,
    allowed: /^packages\/config\/src\/paths\.ts$/,
    say: "paths of tenants are built in packages/config/src/paths.ts only",
  },
  {
    name: "the system client",
    pattern: /from "@djinnbot\/db\/system"/,
    allowed:
      /^packages\/core\/src\/(ctx|deps)\.ts$|^packages\/core\/src\/(auth|api-key|system|seed|gateway|settings)\/|^packages\/testing\/|^scripts\//,
    say: "the system client sees every tenant; add the file to scripts/checks/places.check.ts only with a reason",
  },
  {
    name: "queries of the system client",
    pattern: /\bsystem\.(pool|prisma)\b/,
    // Sign-in and seeding know no tenant yet; the engine's claims, sweeps and the outbox work for all tenants.
    allowed:
      /^packages\/core\/src\/(outbox|seed\/(catalogue|demo-tenant)|gateway\/prices|auth\/(sweep|refresh|status|authenticate|logout|sign-in|system-tx|login)|system\/seed-platform)\.ts$|^apps\/engine\/src\/(engine|sweep|store\/(claim|sessions|transcript|wake))\.ts$/,
    say: "the system client sees every tenant; add the file to scripts/checks/places.check.ts only with a reason",
  },
  {
    name: "transactions of the engine",
    pattern: /\btenantPipeline\(/,
    allowed: /^packages\/|^apps\/engine\/src\/store\//,
    say: "a change of a held run goes with a transition or through heldPipeline, which fail when the run is lost (apps/engine/src/store/fence.ts)",
  },
  {
    name: "the fence",
    pattern: /\blease_epoch = (?!lease_epoch)/,
    allowed: /^apps\/engine\/src\/store\/(fence|transition|claim)\.ts$/,
    say: "who holds a run is compared in apps/engine/src/store/fence.ts; what goes with a transition needs no condition of its own",
  },
  {
    name: "the API inside the web app",
    pattern:
      /^(?!(?:im|ex)port type |import \{ type [^,]*\} ).*(?:from |import\()"(?:@djinnbot\/api|(?:@|\.\.?)(?:\/[\w.-]+)*\/open\.ts)"/,
    allowed: /^(?!apps\/web\/)|^apps\/web\/src\/server\/(open|start)\.ts$/,
    say: "the bundler would copy the whole API into this entry too; take what it needs from web() (apps/web/src/server/deps.ts)",
  },
  {
    name: "the environment",
    pattern: /process\.env\b/,
    allowed:
      /env\.ts$|\.config\.(ts|mjs)$|\/build\.mjs$|^apps\/(engine|runtime)\/src\/main\.ts$|^packages\/testing\/|^apps\/web\/(instrumentation|src\/features\/shell\/content-security-policy|src\/features\/settings\/snippets)\.ts$/,
    say: "process.env is read in env.ts (or handed to it by main.ts)",
  },
  {
    name: "mocks of our own code",
    pattern: /vi\.mock\(/,
    allowed: /^$/,
    say: "tests use the real thing",
  },
  {
    name: "tests that do not run",
    pattern: /\b(?:it|test|describe)\.(?:only|todo)\(/,
    allowed: /^packages\/testing\/(demo-project|src\/demo-model\/playbooks)\//,
    say: "no test stands alone or waits",
  },
];

const maxLines = 300;

const files = ["apps", "packages"].flatMap((dir) => sourceFiles(dir));
const problems: string[] = [];
for (const file of files) {
  const lines = file.text.split("\n");
  if (lines.length > maxLines + 1 && !isTest(file.path) && !file.path.includes("/generated/")) {
    problems.push(`${file.path}: ${lines.length - 1} lines; at most ${maxLines}, so split it`);
  }
  for (const rule of rules) {
    const exempt =
      rule.allowed.test(file.path) ||
      (isTest(file.path) && !rule.name.startsWith("mocks") && !rule.name.startsWith("tests"));
    const at = exempt ? -1 : lines.findIndex((line) => rule.pattern.test(line));
    if (at >= 0) {
      problems.push(`${file.path}:${at + 1}: ${rule.say}`);
    }
  }
}
if (problems.length > 0) {
  fail("places", problems);
}
pass(`places: ${files.length} files, each thing in its one place, none over ${maxLines} lines`);
