/**
 * Redis for workloads where the server forbids ACL SETUSER: the connection is ours, and each command is looked at on its way. It permits
 * what a session's own user would (`apps/engine/src/workload/redis-user.ts`); anything else ends the connection.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Deps } from "@djinnbot/core";
import { readSessionEgress, readSessionLogin } from "@djinnbot/core/egress";
import { workloadKeys } from "@djinnbot/events";
import { readCommands, writeCommand } from "./redis-commands.ts";

/** Keys of the session's run. */
type Keys = ReturnType<typeof workloadKeys>;

/** `open` connects to Redis, `url` has our own login there. */
export function redisRelay(options: { deps: Deps; url: string; open: () => Socket }): Server & { endAll(): void } {
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    sockets.add(incoming);
    incoming.on("close", () => sockets.delete(incoming)).on("error", () => undefined);
    serve(incoming, options).catch((error: Error) => {
      incoming.end(`-NOPERM ${error.message}\r\n`);
      incoming.destroySoon();
    });
  });
  const endAll = () => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  return Object.assign(server, { endAll });
}

async function serve(incoming: Socket, options: { deps: Deps; url: string; open: () => Socket }): Promise<void> {
  let keys: Keys | null = null;
  let redis: Socket | null = null;
  // What is refused is still told.
  const chunks: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false });
  for await (const command of readCommands(chunks)) {
    if (keys === null || redis === null) {
      keys = await keysOf(options.deps, command);
      redis = await connect(options);
      join(incoming, redis);
      incoming.write("+OK\r\n");
    } else {
      if (!redis.write(writeCommand(permitted(command, keys)))) {
        await once(redis, "drain");
      }
    }
  }
}

/** Whose run it is. Throws unless the command is a login of a session that is open. */
async function keysOf(deps: Deps, [name, user, password]: Buffer[]): Promise<Keys> {
  const login = { user: String(user), password: String(password) };
  const isLogin = String(name).toUpperCase() === "AUTH";
  const session = isLogin ? readSessionLogin(deps.config.authSecretKey, "redis", login) : null;
  const known = session && (await readSessionEgress(deps, session));
  if (!session || !known) {
    throw new Error("this login is not that of a running session");
  }
  return workloadKeys(session.tenantId, known.runId);
}

/** The command as it may be sent. Throws when it may not. */
function permitted(command: Buffer[], keys: Keys): Buffer[] {
  const [name = "", ...words] = command.map(String);
  switch (name.toUpperCase()) {
    case "PING":
      return command.slice(0, 1);
    case "XADD":
      if (keys.write.includes(words[0] ?? "")) {
        return command;
      }
      break;
    case "XREAD": {
      const streams = words.findIndex((word) => word.toUpperCase() === "STREAMS");
      const options = words.slice(0, streams).join(" ");
      const [key = "", , ...more] = words.slice(streams + 1);
      if (streams >= 0 && /^((COUNT|BLOCK) \d+ ?)*$/i.test(options) && keys.read.includes(key) && more.length === 0) {
        return command;
      }
    }
  }
  throw new Error(`a workload has no permission for this '${name.slice(0, 20)}'`);
}

/** Connects with our own login, in the database of our address. Throws when Redis does not take it. */
async function connect({ url, open }: { url: string; open: () => Socket }): Promise<Socket> {
  const { username, password, pathname } = new URL(url);
  const login = [username, password].map(decodeURIComponent).filter((word) => word !== "");
  const database = pathname.slice(1);
  const hello = [
    ...(login.length > 0 ? [["AUTH", ...login]] : []),
    ...(database !== "" && database !== "0" ? [["SELECT", database]] : []),
    ["PING"],
  ];
  const socket = open();
  socket.on("error", () => undefined);
  socket.write(Buffer.concat(hello.map(writeCommand)));
  const said = await firstLines(socket, hello.length);
  if (said === null || /^-/m.test(said)) {
    socket.destroy();
    throw new Error("Redis is not there");
  }
  return socket;
}

/** Null when the connection ends before. */
function firstLines(socket: Socket, count: number): Promise<string | null> {
  return new Promise((resolve) => {
    let said = "";
    const gather = (chunk: Buffer) => {
      said += chunk;
      if (said.split("\r\n").length > count) {
        socket.off("data", gather).pause();
        resolve(said);
      }
    };
    socket.on("data", gather).once("close", () => resolve(null));
  });
}

/** What Redis answers goes back as it is; neither side outlives the other. */
function join(incoming: Socket, redis: Socket): void {
  redis.pipe(incoming);
  redis.once("close", () => incoming.destroy());
  incoming.once("close", () => redis.destroy());
}
