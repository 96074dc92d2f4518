import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../services/port.ts";
import { isRoot, startTimeOf } from "../services/process.ts";
import { paths } from "./paths.ts";
import { loadSecrets } from "./state.ts";

let dir: string;
const servers: Server[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "djinnbot-start-"));
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Runs `npm start` (or doctor) with an environment of its own, to its end. */
async function start(env: Record<string, string>, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const port = String(await freePort());
  const child = spawn(paths.node, [join(paths.root, "scripts/start/main.ts"), ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      DATA_DIR: join(dir, "data"),
      DJINNBOT_ENV_FILE: join(dir, ".env"),
      PORT: port,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** Exactly one message with one remedy, a code that says failure, and nothing started. */
function expectRefusal({ code, output }: { code: number | null; output: string }): void {
  expect(code).toBe(1);
  expect(output.match(/✗/g)).toHaveLength(1);
  expect(output.match(/→/g)?.length).toBeGreaterThan(0);
  expect(output).not.toMatch(/Starting PostgreSQL|\n\s+at /);
}

describe("npm start refuses, with cause and remedy", () => {
  test("every wrong setting at once", async () => {
    const result = await start({ PORT: "70000", LOG_LEVEL: "loud", DATABASE_URL: "mysql://x" });
    expectRefusal(result);
    for (const name of ["PORT", "LOG_LEVEL", "DATABASE_URL"]) expect(result.output).toContain(name);
  });

  test("a port that is taken, naming the program", async () => {
    const port = await listen();
    const result = await start({ PORT: String(port) });
    expectRefusal(result);
    expect(result.output).toContain(`port ${port} is taken by`);
    if (process.platform === "linux") expect(result.output).toContain(`pid ${process.pid}`);
  });

  test("a database that cannot be reached, without showing its password", async () => {
    const result = await start({ DATABASE_URL: `postgres://owner:hush-hush@127.0.0.1:${await freePort()}/product` });
    expectRefusal(result);
    expect(result.output).toContain("DATABASE_URL");
    expect(result.output).toContain("ECONNREFUSED");
    expect(result.output).not.toContain("hush-hush");
  });

  test("a server in REDIS_URL that is not Redis", async () => {
    const result = await start({ REDIS_URL: `redis://127.0.0.1:${await listen()}` });
    expectRefusal(result);
    expect(result.output).toContain("REDIS_URL");
  });

  test("a data folder that is a file", async () => {
    writeFileSync(join(dir, "data"), "");
    const result = await start({});
    expectRefusal(result);
    expect(result.output).toContain("is not a folder");
  });

  test.skipIf(isRoot)("a data folder that cannot be written", async () => {
    mkdirSync(join(dir, "data"));
    chmodSync(join(dir, "data"), 0o500);
    const result = await start({});
    expectRefusal(result);
    expect(result.output).toContain("cannot be written");
  });

  test("a repository folder that does not exist", async () => {
    const result = await start({ ALLOWED_REPOSITORY_DIRS: join(dir, "nowhere") });
    expectRefusal(result);
    expect(result.output).toContain(join(dir, "nowhere"));
  });

  test("a data folder that another start holds", async () => {
    mkdirSync(join(dir, "data"));
    const startTime = await startTimeOf(process.pid);
    const holder = { pid: process.pid, startTime, url: "http://localhost:1234", children: [] };
    writeFileSync(join(dir, "data", "start.json"), JSON.stringify(holder));
    const result = await start({});
    expectRefusal(result);
    expect(result.output).toContain(`already running: npm start (pid ${process.pid})`);
  });
});

describe.skipIf(process.platform !== "linux")("without a sandbox", () => {
  const raw = "setting up uid map: Permission denied";
  /** A bubblewrap that works nowhere, before any other. */
  const crippled = () => {
    const bin = join(dir, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "bwrap"), `#!/bin/sh\necho 'bwrap: ${raw}' >&2\nexit 1\n`, { mode: 0o755 });
    return { PATH: `${bin}:${process.env.PATH}` };
  };

  test("another problem stands alone", async () => {
    const result = await start({ ...crippled(), PORT: String(await listen()) });
    expectRefusal(result);
    expect(result.output).not.toMatch(/Permission denied|Sandbox|bubblewrap/);
  });

  test("the doctor says why and what bubblewrap said, and advises no setting that does not exist", async () => {
    const { code, output } = await start(crippled(), "--doctor");
    expect(code).toBe(0);
    expect(output).toMatch(/note\s+Sandbox\s+bubblewrap cannot make a sandbox here/);
    expect(output).toContain(raw);
    const setting = /kernel\.unprivileged_userns_clone/.test(output);
    expect(setting).toBe(!isRoot && isZero("/proc/sys/kernel/unprivileged_userns_clone"));
  });

  const isZero = (file: string) => existsSync(file) && readFileSync(file, "utf8").trim() === "0";
});

describe("npm run doctor", () => {
  test("lists every check and says that all is well", async () => {
    const { code, output } = await start({}, "--doctor");
    expect(output).toContain("npm start should work.");
    expect(code).toBe(0);
    expect(() => statSync(join(dir, "data"))).toThrow();
  });

  test("fails when something would stop npm start", async () => {
    const { code, output } = await start({ PORT: String(await listen()) }, "--doctor");
    expect(code).toBe(1);
    expect(output).toMatch(/problem\s+Port/);
  });
});

test("secrets are generated once, differ between installations, and only their owner can read them", () => {
  const [one, other] = [join(dir, "one"), join(dir, "other")];
  for (const folder of [one, other]) mkdirSync(folder);
  const secrets = loadSecrets(one);
  expect(loadSecrets(one)).toEqual(secrets);
  expect(Object.values(secrets).filter((value) => Object.values(loadSecrets(other)).includes(value))).toEqual([]);
  expect(statSync(join(one, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(Buffer.from(secrets.SECRET_ENCRYPTION_KEY, "base64")).toHaveLength(32);
});
