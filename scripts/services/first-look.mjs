// What `npm run doctor` can tell before any package is installed: plain JavaScript, like its caller.
import { execFileSync } from "node:child_process";
import { readFileSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Packages, build and databases of a first start. */
const neededBytes = 2_500_000_000;

/** Lines about git, port and disk, in the form of the doctor's own. */
export async function firstLook(root) {
  return [gitLine(), await portLine(root), diskLine(root)];
}

function line(state, name, text) {
  return `  ${state.padEnd(7)}  ${name.padEnd(13)} ${text}`;
}

function gitLine() {
  if (answers("git")) return line("ok", "git", "installed");
  if (answers("apt-get")) return line("ok", "git", "not installed; npm start fetches it with apt-get");
  return line("problem", "git", "git is missing: install it");
}

function answers(program) {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function portLine(root) {
  const port = Number(setting(root, "PORT") ?? 3000);
  const host = setting(root, "HOST") ?? "127.0.0.1";
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return line("problem", "Port", "PORT must be a whole number from 1 to 65535");
  }
  const code = await listenError(port, host);
  if (code === null) return line("ok", "Port", `${host}:${port} is free`);
  const remedy = code === "EADDRINUSE" ? `stop what listens there, or PORT=${port + 1} npm start` : "choose another";
  return line("problem", "Port", `${host}:${port} cannot be used (${code}): ${remedy}`);
}

/** From the environment, else from .env. */
function setting(root, name) {
  return process.env[name] || new RegExp(`^\\s*${name}\\s*=\\s*["']?([\\w.:-]+)`, "m").exec(envText(root))?.[1];
}

function envText(root) {
  try {
    return readFileSync(process.env.DJINNBOT_ENV_FILE ?? join(root, ".env"), "utf8");
  } catch {
    return "";
  }
}

function listenError(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function diskLine(root) {
  const { bavail, bsize } = statfsSync(root);
  const free = `${Math.floor((bavail * bsize) / 1e6)} MB free`;
  if (bavail * bsize >= neededBytes) return line("ok", "Disk space", free);
  return line("problem", "Disk space", `${free}; a first start needs ${neededBytes / 1e6} MB`);
}
