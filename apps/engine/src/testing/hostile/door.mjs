// The way out of a workload without a network: its sockets, and the proxy behind one of them. Nothing here leaves the machine: places
// outside are asked for only after those on the machine were refused by the same rule.
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { any, attempt, control, missing, targets } from "./attempt.mjs";

const door = "/opt/djinnbot/door";
const socket = (name) => join(door, `${name}.sock`);
const loopback = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0"];

/** The status of an answer, and its first words. */
const ask = ({ path, method = "GET", socketPath, headers = {}, body = "" }) =>
  new Promise((resolve, reject) => {
    const asking = request({ path, method, socketPath, headers }, (answer) => {
      answer.once("data", (text) => resolve({ status: answer.statusCode, text: String(text).slice(0, 200) }));
      answer.once("end", () => resolve({ status: answer.statusCode, text: "" }));
    });
    asking.on("connect", (answer, tunnel) => {
      tunnel.destroy();
      resolve({ status: answer.statusCode, text: "" });
    });
    asking.on("error", reject).end(body);
  });

/** As a program with the proxy in its environment would: the places to which a tunnel opened. */
async function tunnels(places, login) {
  const authorization = login && { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
  const opened = [];
  for (const path of places) {
    const { status } = await ask({
      path,
      method: "CONNECT",
      socketPath: socket("proxy"),
      headers: authorization || {},
    });
    if (status === 200) {
      opened.push(path);
    }
  }
  return opened;
}

function ownLogin() {
  const { http_proxy: url } = process.env;
  if (!url) {
    throw missing("a proxy in the environment");
  }
  const { username, password } = new URL(url);
  return `${username}:${password}`;
}

export async function tryDoor() {
  if (control) {
    // Without a sandbox there is no door, and nothing needs one.
    return;
  }
  const services = [targets.postgres.port, targets.redis.port, targets.api.port, targets.engine.port];
  const near = loopback.flatMap((host) => services.map((port) => `${host}:${port}`));
  await attempt("have a network", () => {
    const others = Object.keys(networkInterfaces()).filter((name) => name !== "lo");
    return others.length > 0 && others.join();
  });
  await attempt("sign in by the door", async () => {
    const body = JSON.stringify({ email: "a@example.test", password: "guess" });
    const headers = { "content-type": "application/json" };
    const answer = await ask({ path: "/v1/auth/login", method: "POST", socketPath: socket("api"), headers, body });
    // Even "wrong password" would be an answer to a guess.
    return answer.text.includes("run key") ? false : answer.text;
  });
  await attempt("another tenant's run by the door without a key", async () => {
    const { status, text } = await ask({ path: `/v1/runs/${targets.victim.runId}`, socketPath: socket("api") });
    return status === 200 && text;
  });
  await attempt("Redis by the door without a password", async () => {
    const said = await new Promise((resolve, reject) => {
      const line = connect(socket("redis"), () => line.write("KEYS *\r\n"));
      line.once("data", (text) => resolve(String(text))).once("error", reject);
    });
    return !/^-(NOAUTH|NOPERM|ERR)/.test(said) && said;
  });
  await attempt("services of the machine by the proxy without a login", async () => (await tunnels(near)).join());
  await attempt("services of the machine by the proxy with a made-up login", async () =>
    (await tunnels(near.slice(0, 4), "ten_000000.ses_000000:guess")).join(),
  );
  let refused = false;
  await attempt("services of the machine by the proxy", async () => {
    const opened = await tunnels(near, ownLogin());
    refused = opened.length === 0;
    return opened.join();
  });
  await attempt("the cloud's metadata and private networks by the proxy", async () => {
    if (!refused) {
      return "what is near was not refused";
    }
    const far = ["169.254.169.254:80", "[fd00:ec2::254]:80", "10.0.0.1:443", "192.168.1.1:80", "172.17.0.1:2375"];
    return (await tunnels(far, ownLogin())).join();
  });
  await attempt("take the place of the door", () =>
    any(["api", "redis", "proxy"].map(socket), (path) => {
      const tries = [
        () => rmSync(path),
        () => renameSync(path, `${path}.old`),
        () => chmodSync(path, 0o600),
        () => writeFileSync(`${path}.planted`, "x"),
      ];
      return any(tries, (one) => one() ?? true);
    }),
  );
}
