/** Hosts that may be saved in a rule and yet open nothing: not public, or outside of what the team allows. */
import type { EgressRules } from "@djinnbot/contracts";

const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa)$/;
const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Why a host stays closed although it is listed; null for what looks public. */
export function notPublic(pattern: string): string | null {
  const { name } = parts(pattern);
  if (ADDRESS.test(name)) {
    return isPrivate(name.split(".").map(Number)) ? "stays closed: a private address" : null;
  }
  return !name.includes(".") || PRIVATE_NAME.test(name) ? "stays closed: not a public name" : null;
}

/** The same for an agent's own list, which can only narrow its team's. */
export function outsideOf(team: EgressRules, pattern: string): string | null {
  const isOutside =
    team.mode === "none" || (team.mode === "listed" && !team.hosts.some((allowed) => overlap(allowed, pattern)));
  return isOutside ? "stays closed: the team's rules do not allow it" : null;
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [parts(one), parts(other)];
  const samePort = a.port === null || b.port === null || a.port === b.port;
  return samePort && (a.name === b.name || isBelow(a.name, b.name) || isBelow(b.name, a.name));
}

function isBelow(name: string, wildcard: string): boolean {
  return wildcard.startsWith("*.") && name.endsWith(wildcard.slice(1));
}

function parts(pattern: string): { name: string; port: string | null } {
  const [name = "", port = null] = pattern.split(":");
  return { name, port };
}

function isPrivate([a = 0, b = 0]: readonly number[]): boolean {
  return (
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168)
  );
}
