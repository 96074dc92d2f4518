// nginx with the nchan module, from the machine's Debian archive, on a loopback port of its own.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findTool, obtainDebianProgram } from "../../scripts/services/debian.ts";
import { freePort } from "../../scripts/services/port.ts";
import { isRoot, run, startDaemon, tailOf } from "../../scripts/services/process.ts";
import { paths } from "../../scripts/start/paths.ts";
import { stopWithPart } from "../lib/attempt.ts";
import { until } from "../lib/child.ts";

const module = "usr/lib/nginx/modules/ngx_nchan_module.so";

interface Nchan {
  url: string;
  /** With versions. */
  name: string;
  stop(): Promise<void>;
}

/** Fetches it when it is missing; the reason where it cannot be had. */
export async function startNchan(options: {
  dir: string;
  log: (line: string) => void;
}): Promise<Nchan | { skip: string }> {
  const { dir, log } = options;
  const packages = ["nginx", "libnginx-mod-nchan"];
  const { toolsDir } = paths;
  const obtained = await obtainDebianProgram({ packages, binary: "nginx", toolsDir, log, privateOnly: true });
  if ("reason" in obtained) return { skip: obtained.reason };
  const modulePath = [join(toolsDir, "root", module), `/${module}`].find(existsSync);
  if (!modulePath) return { skip: "nginx is here, but its module nchan (libnginx-mod-nchan) is not" };
  const port = await freePort();
  mkdirSync(dir, { recursive: true });
  const config = join(dir, "nginx.conf");
  writeFileSync(config, configText({ dir, port, modulePath }));
  const logFile = join(dir, "nginx.log");
  const argv = inItsOwnVar([obtained.path, "-p", dir, "-c", config, "-e", logFile]);
  if (!argv) return { skip: "the nchan module wants /var/lib/nginx, which is not here, and bubblewrap is not either" };
  const [command = "", ...args] = argv;
  const daemon = startDaemon({ command, args, logFile, cwd: dir });
  const stop = async () => void (await daemon.stop("SIGTERM", 5000));
  stopWithPart(stop);
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(
      async () => {
        if (daemon.hasExited()) throw new Error(`nginx ended: ${tailOf(logFile, 5).join(" ")}`);
        return (await fetch(`${url}/health`).catch(() => null))?.ok ?? false;
      },
      15_000,
      "the start of nginx",
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const nginx = /nginx\/(\S+)/.exec((await run(obtained.path, ["-v"])).stderr)?.[1] ?? "?";
  return {
    url,
    name: `nginx ${nginx} + nchan ${await moduleVersion()}`,
    stop,
  };
}

/** nchan insists on a folder that only an installed nginx has: give it an empty /var/lib of its own. */
function inItsOwnVar(argv: string[]): string[] | null {
  if (existsSync("/var/lib/nginx")) return argv;
  const bwrap = findTool("bwrap", paths.toolsDir);
  const capabilities = isRoot ? ["--cap-add", "ALL"] : [];
  const mounts = ["--dev-bind", "/", "/", "--tmpfs", "/var/lib", "--dir", "/var/lib/nginx"];
  // In a process namespace of its own, so that the workers go with it.
  const processes = ["--unshare-pid", "--proc", "/proc", "--die-with-parent"];
  return bwrap === null ? null : [bwrap, ...capabilities, ...mounts, ...processes, "--", ...argv];
}

async function moduleVersion(): Promise<string> {
  const { stdout } = await run("apt-cache", ["show", "libnginx-mod-nchan"]);
  return /^Version: (?:\d+:)?([\d.]+)/m.exec(stdout)?.[1] ?? "";
}

/** One worker, as our edge is one process; memory for the channel as nchan's documentation has it. */
function configText({ dir, port, modulePath }: { dir: string; port: number; modulePath: string }): string {
  return `load_module ${modulePath};
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid ${dir}/nginx.pid;
error_log ${dir}/nginx.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${dir}/body;
  proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
  nchan_shared_memory_size 128m;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location = /health { return 200 "ok"; }
    location = /pub { nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 1000; }
    location = /sub { nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }
  }
}
`;
}
