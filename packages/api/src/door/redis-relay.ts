/**
 * Redis for workloads: each command is looked at on its way, and nothing passes but what a runtime says. Behind it the session has a user
 * of its own, or, where the server forbids ACL SETUSER, is let in by ours.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Deps } from "@djinnbot/core";
import { type DoorSession, readSessionEgress, readSessionLogin, redisUserPassword } from "@djinnbot/core/egress";
import { runCommands, runEvents, runStatus, workloadUser } from "@djinnbot/events";
import { readCommands, writeCommand } from "./redis-commands.ts";
import { SendRate, StreamWindow } from "./session-bounds.ts";

export interface RelayOptions {
  deps: Deps;
  /** With our own login. */
  url: string;
  /** Connects to Redis. */
  open: () => Socket;
}
/** A stream that the session may append to. */
interface Target {
  maxLength: number;
  maxBytes: number;
  window: StreamWindow;
}
interface Known {
  session: DoorSession;
  commands: string;
  targets: Map<string, Target>;
  rate: SendRate;
  connections: number;
}

/** Who has not said who it is by then is sent away, in ms. */
const loginMs = 5000;
/** A runtime has two. */
const maxConnections = 8;

export function redisRelay(options: RelayOptions): Server & { endAll(): void } {
  const sockets = new Set<Socket>();
  const sessions = new Map<string, Known>();
  const server = createServer((incoming) => {
    sockets.add(incoming);
    incoming.on("close", () => sockets.delete(incoming)).on("error", () => undefined);
    serve(incoming, options, sessions).catch((error: Error) => {
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

async function serve(incoming: Socket, options: RelayOptions, sessions: Map<string, Known>): Promise<void> {
  let known: Known | null = null;
  let redis: Socket | null = null;
  // Whatever is waited for here, the other side may be gone by then.
  incoming.once("close", () => {
    redis?.destroy();
    if (known !== null) {
      leave(known, sessions);
    }
  });
  const late = setTimeout(() => incoming.destroy(), loginMs);
  incoming.once("close", () => clearTimeout(late));
  // What is refused is still told.
  const chunks: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false });
  for await (const command of readCommands(chunks)) {
    if (known === null || redis === null) {
      const session = await login(options.deps, command);
      if (incoming.destroyed) {
        return;
      }
      known = enter(session, sessions);
      redis = options.open();
      await greet(redis, options, known.session);
      redis.pipe(incoming);
      redis.once("close", () => incoming.destroy());
      clearTimeout(late);
      incoming.write("+OK\r\n");
    } else {
      const said = permitted(command, known);
      await known.rate.spend(said.length);
      if (!redis.write(said)) {
        await Promise.race([once(redis, "drain"), once(redis, "close")]);
      }
    }
  }
}

/** Throws unless the command is a login of a session that is open. */
async function login(deps: Deps, [name, user, password]: Buffer[]): Promise<DoorSession & { runId: string }> {
  const isLogin = String(name).toUpperCase() === "AUTH";
  const given = { user: String(user), password: String(password) };
  const session = isLogin ? readSessionLogin(deps.config.authSecretKey, "redis", given) : null;
  const open = session && (await readSessionEgress(deps, session));
  if (!session || !open) {
    throw new Error("this login is not that of a running session");
  }
  return { ...session, runId: open.runId };
}

/** A place among the session's connections. Throws when all are taken. */
function enter(session: DoorSession & { runId: string }, sessions: Map<string, Known>): Known {
  const known = sessions.get(session.sessionId) ?? knownOf(session, session.runId);
  if (known.connections >= maxConnections) {
    throw new Error("this session has too many connections");
  }
  known.connections += 1;
  sessions.set(session.sessionId, known);
  return known;
}

function leave(known: Known, sessions: Map<string, Known>): void {
  known.connections -= 1;
  if (known.connections === 0) {
    sessions.delete(known.session.sessionId);
  }
}

function knownOf(session: DoorSession, runId: string): Known {
  const address = { tenantId: session.tenantId, runId };
  const target = ({ maxLength }: { maxLength: number }, maxBytes: number): Target => ({
    ...{ maxLength, maxBytes, window: new StreamWindow() },
  });
  return {
    session,
    commands: runCommands.key(address),
    // Outputs are bounded by the runtime far below, and so are the arguments of a tool.
    targets: new Map([
      [runStatus.key(address), target(runStatus, 4_000_000)],
      [runEvents.key(address), target(runEvents, 2_000_000)],
    ]),
    rate: new SendRate(),
    connections: 0,
  };
}

/** The command as it goes to Redis. Throws when it is none that a runtime says (`publish`, and reading commands). */
function permitted(command: Buffer[], { commands, targets }: Known): Buffer {
  const [name = "", ...words] = command.slice(0, 8).map((word) => word.subarray(0, 500).toString());
  switch (name.toUpperCase()) {
    case "PING":
      return writeCommand(["PING"]);
    case "XADD": {
      const [key = "", option, about, , id, field] = words;
      const target = targets.get(key);
      const message = command[7];
      const isPlain = command.length === 8 && option === "MAXLEN" && about === "~" && id === "*" && field === "data";
      if (target && message && isPlain && message.length <= target.maxBytes) {
        const length = target.window.lengthWith(message.length, target.maxLength);
        return writeCommand(["XADD", key, "MAXLEN", "~", String(length), "*", "data", message]);
      }
      break;
    }
    case "XREAD": {
      const [count, most = "", block, patience = "", streams, key, from = ""] = words;
      const isPlain = [count, block, streams].join(" ").toUpperCase() === "COUNT BLOCK STREAMS";
      const isBounded = /^\d{1,4}$/.test(most) && /^\d{1,5}$/.test(patience) && /^[\d-]{1,50}$/.test(from);
      if (command.length === 8 && isPlain && isBounded && key === commands) {
        return writeCommand(["XREAD", "COUNT", most, "BLOCK", patience, "STREAMS", commands, from]);
      }
    }
  }
  throw new Error(`a workload has no permission for this '${name.slice(0, 20)}'`);
}

/** Signs in as the session's own user, else with our login. Throws when Redis does not take it, or says nothing. */
async function greet(redis: Socket, { deps, url }: RelayOptions, { sessionId }: DoorSession): Promise<void> {
  const { username, password, pathname } = new URL(url);
  const { redisSessionUsers, authSecretKey } = deps.config;
  const login =
    redisSessionUsers === "acl"
      ? [workloadUser(sessionId), redisUserPassword(authSecretKey, sessionId)]
      : [username, password].map(decodeURIComponent).filter((word) => word !== "");
  const database = pathname.slice(1);
  const hello = [
    ...(login.length > 0 ? [["AUTH", ...login]] : []),
    ...(database !== "" && database !== "0" ? [["SELECT", database]] : []),
    ["PING"],
  ];
  redis.on("error", () => undefined);
  redis.write(Buffer.concat(hello.map(writeCommand)));
  const silent = setTimeout(() => redis.destroy(), loginMs);
  const said = await firstLines(redis, hello.length);
  clearTimeout(silent);
  if (said === null || /^-/m.test(said)) {
    redis.destroy();
    throw new Error("Redis does not know this session yet");
  }
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
