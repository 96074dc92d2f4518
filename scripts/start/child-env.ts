// The environment of every process that `npm start` runs, in one typed place.
import { join } from "node:path";
import { paths } from "./paths.ts";
import { providerKeys, type Settings } from "./settings.ts";
import type { Secrets } from "./state.ts";

/** Variables of the person's environment that children may see; everything else stays out. */
const inherited =
  /^(HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TERM|SSH_AUTH_SOCK|DOCKER_\w+|SSL_CERT_\w+|NODE_EXTRA_CA_CERTS|OTEL_\w+|(https?|no|all)_proxy)$/i;

export interface Runtime {
  settings: Settings;
  secrets: Secrets;
  ownerUrl: string;
  redisUrl: string;
  engineHealthPort: number;
  /** Path of a usable bubblewrap, or null. */
  bwrapPath: string | null;
  /** Where the demo model answers, or null when it does not run. */
  demoModelUrl: string | null;
  /** Folder of the seeded demo repository. */
  repositoriesDir: string;
  isDev: boolean;
}

/** Web and engine get the same values; each reads what it needs by its own schema. */
export interface ServiceEnv {
  NODE_ENV: "production" | "development";
  APP_DATABASE_URL: string;
  SYSTEM_DATABASE_URL: string;
  REDIS_URL: string;
  REDIS_SESSION_USERS: "acl" | "relay";
  DATA_DIR: string;
  AUTH_SECRET_KEY: string;
  SECRET_ENCRYPTION_KEY: string;
  SERVICE_TOKEN: string;
  NEXTAUTH_SECRET: string;
  NEXTAUTH_URL: string;
  PUBLIC_URL: string;
  /** Address by which processes on this machine reach the API. */
  INTERNAL_URL: string;
  LOG_LEVEL: string;
  DEPLOYMENT_MODE: "process" | "docker";
  RUNTIME_BUNDLE: string;
  ALLOWED_REPOSITORY_DIRS: string;
  ALLOW_PRIVATE_ADDRESSES: "true" | "false";
  EGRESS_PRIVATE_HOSTS: string;
  ENGINE_HEALTH_PORT: string;
  BWRAP_PATH?: string;
  DEMO_MODEL_URL?: string;
  DEMO_MODEL_KEY?: string;
}

/** Environment of the web app and the engine. */
export function serviceEnv(runtime: Runtime): NodeJS.ProcessEnv {
  const { settings, secrets, demoModelUrl, bwrapPath } = runtime;
  const isLoopback = ["127.0.0.1", "localhost", "::1"].includes(settings.HOST);
  const env: ServiceEnv = {
    NODE_ENV: runtime.isDev ? "development" : "production",
    APP_DATABASE_URL: roleUrl(runtime.ownerUrl, "djinnbot_app", secrets.DATABASE_APP_PASSWORD),
    SYSTEM_DATABASE_URL: roleUrl(runtime.ownerUrl, "djinnbot_system", secrets.DATABASE_SYSTEM_PASSWORD),
    REDIS_URL: runtime.redisUrl,
    REDIS_SESSION_USERS: settings.REDIS_SESSION_USERS,
    DATA_DIR: settings.DATA_DIR,
    AUTH_SECRET_KEY: secrets.AUTH_SECRET_KEY,
    SECRET_ENCRYPTION_KEY: secrets.SECRET_ENCRYPTION_KEY,
    SERVICE_TOKEN: secrets.SERVICE_TOKEN,
    NEXTAUTH_SECRET: secrets.NEXTAUTH_SECRET,
    NEXTAUTH_URL: publicUrl(settings),
    PUBLIC_URL: publicUrl(settings),
    INTERNAL_URL: internalUrl(settings),
    LOG_LEVEL: settings.LOG_LEVEL,
    DEPLOYMENT_MODE: settings.WORKLOAD_BACKEND === "docker" ? "docker" : "process",
    RUNTIME_BUNDLE: paths.runtimeBundle,
    ALLOWED_REPOSITORY_DIRS: [runtime.repositoriesDir, settings.ALLOWED_REPOSITORY_DIRS].filter(Boolean).join(":"),
    ALLOW_PRIVATE_ADDRESSES: settings.ALLOW_PRIVATE_ADDRESSES ?? (isLoopback ? "true" : "false"),
    EGRESS_PRIVATE_HOSTS: settings.EGRESS_PRIVATE_HOSTS,
    ENGINE_HEALTH_PORT: String(runtime.engineHealthPort),
    ...(bwrapPath && { BWRAP_PATH: bwrapPath }),
    ...(demoModelUrl && { DEMO_MODEL_URL: demoModelUrl, DEMO_MODEL_KEY: secrets.DEMO_MODEL_KEY }),
  };
  return { ...baseEnv(), ...platformKeys(settings), ...env };
}

/** No program of ours calls home: no usage counts, no look for newer versions. */
const quiet = {
  NEXT_TELEMETRY_DISABLED: "1",
  SCARF_ANALYTICS: "false",
  CHECKPOINT_DISABLE: "1",
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
};

/** What every child and every build gets: the harmless part of ours, and fetched programs on PATH. */
export function baseEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => inherited.test(name));
  const path = [process.env.PATH, join(paths.toolsDir, "bin")].filter(Boolean).join(":");
  // What Node compiled of our TypeScript is kept: the next start is faster, and needs no compiler in memory.
  return { ...Object.fromEntries(kept), PATH: path, NODE_COMPILE_CACHE: paths.compileCache, ...quiet };
}

/** The address people use. */
export function publicUrl({ PUBLIC_URL, HOST, PORT }: Settings): string {
  if (PUBLIC_URL) return PUBLIC_URL.replace(/\/$/, "");
  const host = ["0.0.0.0", "::", "127.0.0.1"].includes(HOST) ? "localhost" : bracketed(HOST);
  return `http://${host}:${PORT}`;
}

/** The address of the web app from this machine. */
export function internalUrl({ HOST, PORT }: Settings): string {
  return `http://${["0.0.0.0", "::"].includes(HOST) ? "127.0.0.1" : bracketed(HOST)}:${PORT}`;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The owner's URL with another role. The roles are created by the migrations. */
function roleUrl(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

function platformKeys(settings: Settings): NodeJS.ProcessEnv {
  const names = Object.keys(providerKeys) as (keyof typeof providerKeys)[];
  return Object.fromEntries(names.filter((name) => settings[name]).map((name) => [name, settings[name]]));
}
