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
    const text = `x${"é".repeat(2_000_000)}`;
    await deps.redis.xadd(runCommands.key(session), "*", "data", "go");
    const said = await say(
      [
        Buffer.concat([
          login(session),
          writeCommand(["PING"]),
          writeCommand(["XADD", runStatus.key(session), "MAXLEN", "~", "100", "*", "data", "ready"]),
        ]),
        writeCommand(["xadd", runEvents.key(session), "*", "data", text]),
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
      ...["KEYS *", "FLUSHALL", "CONFIG GET *", "ACL LIST", "INFO", "EVAL return 1 0", "SUBSCRIBE a", "SELECT 1"],
      ...[`GET ${events}`, `DEL ${events}`, `XRANGE ${events} - +`, `XTRIM ${events} MAXLEN 0`, "MULTI", "HELLO 3"],
      ...[`XADD ${commands} * data forged`, `XREAD STREAMS ${events} 0`, `XADD ${systemKeys.globalEvents} * data x`],
      ...[`XADD ${runEvents.key(other)} * data x`, `XREAD STREAMS ${runCommands.key(other)} 0`],
      ...[`XADD ${tenantEvents.key(session)} * data x`, `XREAD STREAMS ${commands} ${runCommands.key(other)} 0 0`],
      ...[`XREAD COUNT 1 STREAMS STREAMS ${commands} 0 0`, `XREAD FOO 1 STREAMS ${commands} 0`, "XADD", "XREAD", "''"],
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
