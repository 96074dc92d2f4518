/** Which operation a REST path means: every contract and stream under its path and aliases, static segments before parameters. */
import { type AnyContract, type AnyDownload, type AnyStream, contracts, downloads, streams } from "@djinnbot/contracts";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

/** An operation with its name, e.g. `runs.create`. */
export type Operation =
  | { name: string; noun: string; verb: string; contract: AnyContract }
  | { name: string; noun: string; verb: string; contract: AnyStream }
  | { name: string; noun: string; verb: string; contract: AnyDownload };

export type RouteMatch =
  | { operation: Operation; params: Record<string, string> }
  /** The path exists, with other methods. */
  | { allow: string[] };

type Nouns = Record<string, Record<string, Operation["contract"]>>;

/** Every call, stream and download, in the order of the contracts. */
export const operations: readonly Operation[] = [
  ...Object.entries(contracts as unknown as Nouns),
  ...Object.entries(streams as unknown as Nouns),
  ...Object.entries(downloads as unknown as Nouns),
].flatMap(([noun, verbs]) =>
  Object.entries(verbs).map(([verb, contract]) => ({ name: `${noun}.${verb}`, noun, verb, contract }) as Operation),
);
const methods = [...new Set(operations.map((operation) => operation.contract.method))];

const router = buildRouter();

function buildRouter() {
  const router = new SmartRouter<Operation>({ routers: [new RegExpRouter(), new TrieRouter()] });
  const routes = operations.flatMap((operation) =>
    [operation.contract.path, ...operation.contract.aliases].map((path) => ({ operation, path: trim(path) })),
  );
  // The router answers matches in the order of registration: the more literal path has to come first.
  routes.sort((a, b) => (specificity(a.path) < specificity(b.path) ? -1 : 1));
  for (const { operation, path } of routes) {
    router.add(operation.contract.method, pattern(path, operation), operation);
  }
  return router;
}

/** The router's spelling of a path. */
function pattern(path: string, { contract }: Operation): string {
  const whole = contract.kind === "call" && contract.deep ? path.replace(/\{(\w+)\}$/, ":$1{.+}") : path;
  return whole.replace(/\/\{(\w+)\}/g, "/:$1");
}

/** One character per segment, `0` for a literal: sorts `/agents/status` before `/agents/{agentId}`. */
function specificity(path: string): string {
  return path.replace(/[^/]+/g, (segment) => (segment.startsWith("{") ? "1" : "0"));
}

/** Lists end in a slash and items do not, but both forms are served. */
function trim(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The operation of a request, the methods a path has instead, or null for an unknown path. */
export function matchRoute(method: string, pathname: string): RouteMatch | null {
  const path = trim(pathname);
  const found = find(method === "HEAD" ? "GET" : method, path);
  if (found) {
    return found;
  }
  const allow = methods.filter((other) => find(other, path) !== null);
  return allow.length > 0 ? { allow: [...allow, ...(allow.includes("GET") ? ["HEAD"] : []), "OPTIONS"] } : null;
}

function find(method: string, path: string): { operation: Operation; params: Record<string, string> } | null {
  const [handlers, stash] = router.match(method, path);
  const first = handlers[0];
  if (!first) {
    return null;
  }
  const [operation, where] = first;
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(where)) {
    const text = typeof value === "number" ? stash?.[value] : value;
    const decoded = decode(text ?? "");
    if (decoded === null) {
      return null;
    }
    params[name] = decoded;
  }
  return { operation, params };
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
