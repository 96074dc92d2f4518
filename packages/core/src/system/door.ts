/** Is the door of the workloads served? Without it they reach neither the API nor Redis, whatever else is well. */
import { connect } from "node:net";
import { basename } from "node:path";
import { doorDir, doorPaths } from "@djinnbot/config";

/** True when somebody on this machine listens there. */
export function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => answer(true));
    // Somebody whose queue is full is there all the same.
    socket.once("error", ({ code }: NodeJS.ErrnoException) => answer(code !== "ENOENT" && code !== "ECONNREFUSED"));
  });
}

/** What is missing and what to do, without where: everybody may ask. Null when all of its sockets are served. */
export async function doorProblem(dataDir: string): Promise<string | null> {
  const { api, redis, proxy } = doorPaths(doorDir(dataDir));
  const sockets = await Promise.all(
    [api, redis, proxy].map(async (path) => ({ name: basename(path), served: await isServed(path) })),
  );
  const missing = sockets.filter(({ served }) => !served).map(({ name }) => name);
  return missing.length === 0
    ? null
    : `Agents cannot work: nobody serves ${missing.join(" and ")} in the folder door of DATA_DIR. The web app takes its sockets again within a second or two; if it does not, its log says why: make that folder writable for it, or restart it.`;
}
