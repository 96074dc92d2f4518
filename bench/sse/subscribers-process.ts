// Child process of the fan-out bench: many subscribers over plain sockets, so that little of the time is theirs.
import { connect, type Socket } from "node:net";
import { childInput, now, onParentGone, tellParent } from "../lib/child.ts";

export interface SubscribersIn {
  /** Deliveries after which to report. */
  expect: number;
}
export type SubscribersOut =
  | { kind: "connected" }
  /** Milliseconds from sending to reading, one per delivery, and when the last one was read. */
  | { kind: "received"; latencies: number[]; lastAt: number };

const { url, headers, count } = childInput<{ url: string; headers: Record<string, string>; count: number }>();
const { hostname, port, pathname, host } = new URL(url);
const tell = (message: SubscribersOut) => tellParent(message);
let latencies: number[] = [];
let expected = Number.POSITIVE_INFINITY;

function onDelivery(sentAt: number, readAt: number): void {
  latencies.push(readAt - sentAt);
  if (latencies.length < expected) return;
  const report = latencies;
  latencies = [];
  expected = Number.POSITIVE_INFINITY;
  tell({ kind: "received", latencies: report, lastAt: readAt });
}

/** Connects one subscriber; resolves when the server has answered 200. */
function subscribe(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let rest = "";
    let isOpen = false;
    socket.setNoDelay(true);
    socket.on("connect", () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${lines.join("")}\r\n`);
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the server closed an event stream")));
    socket.on("data", (chunk: Buffer) => {
      const readAt = now();
      rest += chunk.toString("latin1");
      if (!isOpen) {
        const end = rest.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (!rest.startsWith("HTTP/1.1 200"))
          return reject(new Error(`an event stream answered ${rest.slice(0, 300)}`));
        isOpen = true;
        rest = rest.slice(end);
        resolve(socket);
      }
      let at = 0;
      for (;;) {
        const begin = rest.indexOf("sent@", at);
        const end = begin < 0 ? -1 : rest.indexOf(";", begin);
        if (end < 0) {
          rest = rest.slice(begin < 0 ? Math.max(at, rest.length - 5) : begin);
          return;
        }
        onDelivery(Number(rest.slice(begin + 5, end)), readAt);
        at = end;
      }
    });
  });
}

process.on("message", ({ expect }: SubscribersIn) => {
  expected = expect;
});
const sockets: Socket[] = [];
// A few at a time: the backlog of a listening socket is short.
for (let at = 0; at < count; at += 20) {
  sockets.push(...(await Promise.all(Array.from({ length: Math.min(20, count - at) }, subscribe))));
}
tell({ kind: "connected" });
onParentGone(async () => {
  for (const socket of sockets) socket.destroy();
});
