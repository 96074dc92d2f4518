/** What workloads may say to Redis where it keeps no users for them: the same as a user of their own may. */
import { connect } from "node:net";
import { runCommands, runEvents, runStatus, systemKeys, tenantEvents } from "@djinnbot/events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Door } from "./index.ts";
import { writeCommand } from "./redis-commands.ts";
import { openScene, type Session } from "./testing/scene.ts";

const scene = await openScene({ REDIS_SESSION_USERS: "relay" });
const { deps, paths, atWork } = scene;
let door: Door;
beforeAll(async () => {
  door = await scene.open();
});
afterAll(async () => {
  await door.close();
  await scene.close();
});

/** Sends bytes and answers everything that comes back until it has `lines` lines, or the connection ends. */
function say(parts: readonly (string | Buffer)[], lines = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(paths.redis, () => {
      for (const part of parts) {
        socket.write(part);
      }
    });
    socket.on("data", (chunk) => {
      said += chunk;
      if (said.split("\r\n").length > lines) {
        socket.destroy();
      }
    });
    socket.on("error", () => undefined).on("close", () => resolve(said));
  });
}
const login = ({ redis: { user, password } }: Session) => writeCommand(["AUTH", user, password]);

describe("the relay to Redis", () => {
  it("lets a session read its run's commands and append to its status and events", async () => {
    const session = await atWork();
    const text = `x${"é".repeat(900_000)}`;
    await deps.redis.xadd(runCommands.key(session), "*", "data", "go");
    const said = await say(
      [
        Buffer.concat([
          login(session),
          writeCommand(["PING"]),
          writeCommand(["XADD", runStatus.key(session), "MAXLEN", "~", "1000", "*", "data", "ready"]),
        ]),
        writeCommand(["xadd", runEvents.key(session), "MAXLEN", "~", "0", "*", "data", text]),
        writeCommand(["XREAD", "COUNT", "1", "BLOCK", "1000", "STREAMS", runCommands.key(session), "0"]),
      ],
      17,
    );
    expect(said).toMatch(/^\+OK\r\n\+PONG\r\n\$\d+\r\n[\d-]+\r\n\$\d+\r\n[\d-]+\r\n\*1\r\n/);
    expect(said).toContain(`${runCommands.key(session)}\r\n*1\r\n`);
    const [, entry] = (await deps.redis.xrange(runEvents.key(session), "-", "+")) as [string, string[]][];
    expect(entry?.[1]).toEqual(["data", text]);
  });

  it("refuses whatever else is said, and ends the connection", async () => {
    const [session, other] = [await atWork(), await atWork()];
    const [commands, events] = [runCommands.key(session), runEvents.key(session)];
    const wrong = [
      ...[`XADD ${events} * data x`, `XADD ${events} MAXLEN = 0 * data x`, `XADD ${events} MAXLEN ~ 9 9-9 data x`],
      ...[`XADD ${events} MAXLEN ~ 9 * other x`, `XADD ${events} MAXLEN ~ 9 * data x more y`],
      ...["KEYS *", "FLUSHALL", "CONFIG GET *", "ACL LIST", "INFO", "EVAL return 1 0", "SUBSCRIBE a", "SELECT 1"],
      ...[`GET ${events}`, `DEL ${events}`, `XRANGE ${events} - +`, `XTRIM ${events} MAXLEN 0`, "MULTI", "HELLO 3"],
      ...[
        `XADD ${commands} MAXLEN ~ 9 * data forged`,
        `XREAD COUNT 1 BLOCK 1 STREAMS ${events} 0`,
        `XADD ${systemKeys.globalEvents} MAXLEN ~ 9 * data x`,
      ],
      ...[
        `XADD ${runEvents.key(other)} MAXLEN ~ 9 * data x`,
        `XREAD COUNT 1 BLOCK 1 STREAMS ${runCommands.key(other)} 0`,
      ],
      ...[
        `XADD ${tenantEvents.key(session)} MAXLEN ~ 9 * data x`,
        `XREAD COUNT 1 BLOCK 1 STREAMS ${commands} ${runCommands.key(other)} 0 0`,
      ],
      ...[
        `XREAD COUNT 1 STREAMS STREAMS ${commands} 0 0`,
        `XREAD COUNT 1 BLOCK 999999 STREAMS ${commands} 0`,
        "XADD",
        "XREAD",
        "''",
      ],
    ];
    for (const line of wrong) {
      const said = await say([login(session), writeCommand(line.split(" ")), writeCommand(["PING"])]);
      expect(said, line).toMatch(/^\+OK\r\n-NOPERM a workload has no permission[^\r\n]*\r\n$/);
    }
  });

  it("knows open sessions only, each by its own login", async () => {
    const [session, other] = [await atWork(), await atWork()];
    const ping = writeCommand(["PING"]);
    for (const words of [
      ["AUTH", session.redis.user, "wrong"],
      ["AUTH", other.redis.user, session.redis.password],
      ["AUTH", session.proxy.user, session.proxy.password],
      ["AUTH", session.redis.password],
      ["AUTH", "default", new URL(scene.redisUrl).password],
      ["PING"],
    ]) {
      expect(await say([writeCommand(words), ping]), words.join(" ")).toMatch(/^-NOPERM this login is not/);
    }
    expect(await say([login(session), ping], 2)).toBe("+OK\r\n+PONG\r\n");
    await scene.endSession(session);
    expect(await say([login(session), ping])).toMatch(/^-NOPERM/);
    expect(await say([login(other), ping], 2)).toBe("+OK\r\n+PONG\r\n");
  });

  it("bounds what a session sends and how many connections it has, and waits for nobody who is silent", async () => {
    const session = await atWork();
    const large = "x".repeat(1_900_000);
    const add = writeCommand(["XADD", runEvents.key(session), "MAXLEN", "~", "20000", "*", "data", large]);
    const begun = Date.now();
    await say([login(session), ...Array.from({ length: 6 }, () => add)], 13);
    expect(await deps.redis.xlen(runEvents.key(session))).toBe(7);
    // Eight megabytes at once, two more for each second.
    expect(Date.now() - begun).toBeGreaterThan(1000);
    const tooLarge = writeCommand([
      "XADD",
      runEvents.key(session),
      "MAXLEN",
      "~",
      "1",
      "*",
      "data",
      `${large}${large}`,
    ]);
    expect(await say([login(session), tooLarge])).toMatch(/^\+OK\r\n-NOPERM/);
    const sockets = Array.from({ length: 8 }, () => connect(paths.redis).on("error", () => undefined));
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once("data", resolve).write(login(session)))),
    );
    expect(await say([login(session)])).toMatch(/^-NOPERM this session has too many connections/);
    for (const socket of sockets) {
      socket.destroy();
    }
    expect(await say([])).toBe("");
  }, 60_000);

  it("gives a place back whenever its holder goes, also in the middle of signing in", async () => {
    const session = await atWork();
    for (let n = 0; n < 20; n += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(paths.redis).on("error", () => undefined);
        socket.once("close", () => resolve()).write(login(session), () => setTimeout(() => socket.destroy(), n % 4));
      });
    }
    const ping = writeCommand(["PING"]);
    await expect.poll(() => say([login(session), ping], 2), { timeout: 5000 }).toBe("+OK\r\n+PONG\r\n");
    const mine = async () => ((await deps.redis.client("LIST")) as string).split("\n").length;
    const before = await mine();
    const held = connect(paths.redis);
    await new Promise((resolve) => held.once("data", resolve).write(login(session)));
    held.destroy();
    await expect.poll(mine, { timeout: 5000 }).toBeLessThanOrEqual(before);
  });

  it("does not take what is no command, and holds no more than a message", async () => {
    const session = await atWork();
    for (const bytes of [
      "PING\r\n",
      "*1\r\n+PING\r\n",
      "*-1\r\n",
      "*99\r\n",
      "$4\r\nPING\r\n",
      "*1\r\n$99999999\r\n",
      "\0\0\0\0",
    ]) {
      expect(await say([login(session), bytes]), JSON.stringify(bytes)).toMatch(/^\+OK\r\n-NOPERM/);
    }
    // In pieces it is a command all the same.
    const whole = Buffer.concat([login(session), writeCommand(["PING"])]);
    const pieces = Array.from(whole, (byte) => Buffer.from([byte]));
    expect(await say(pieces, 2)).toBe("+OK\r\n+PONG\r\n");
  });
});
