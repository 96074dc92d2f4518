/** Strangers who try somebody's account: bounded, and never a way to keep its owner out. */
import type { Tokens } from "@djinnbot/contracts";
import { credentials, testDeps, unique } from "@djinnbot/testing";
import { afterAll, expect, it } from "vitest";
import { anonymousCaller } from "../auth/authenticate.ts";
import { call } from "../call.ts";
import { countSignIn } from "./auth-limit.ts";

const deps = await testDeps();
afterAll(() => deps.close());

const auth = (verb: string, input: unknown, ip: string) =>
  call(anonymousCaller(deps, credentials({ ip })), "auth", verb, input) as Promise<Tokens>;
/** An address that no other test has. */
const here = () => `10.${[1, 2, 3].map(() => Math.floor(Math.random() * 256)).join(".")}`;
const limited = { code: "LIMIT", retryAfterSec: expect.any(Number) };

async function account(ip: string) {
  const input = { email: `${unique("u")}@example.com`, password: unique("Secret-") };
  await auth("register", input, ip);
  return input;
}
async function trying(email: string, ips: string[]): Promise<void> {
  for (const ip of ips) {
    await countSignIn({ deps, ip }, email).catch(() => undefined);
  }
}

it("from one place keep nobody out who is elsewhere", { timeout: 60_000 }, async () => {
  const input = await account(here());
  await trying(input.email, Array(230).fill(here()));
  expect(await auth("login", input, here())).toBeDefined();
  const site = unique()
    .slice(-4)
    .replaceAll(/[^0-9a-f]/g, "0");
  await trying(
    input.email,
    Array.from({ length: 230 }, (_, n) => `2001:db8:${site}:7::${n.toString(16)}`),
  );
  await expect(auth("login", input, `2001:db8:${site}:7:1::1`)).rejects.toMatchObject(limited);
  expect(await auth("login", input, `2001:db8:${site}:8::1`)).toBeDefined();
});

it("from many places at once are bounded, and keep out nobody whose place is known", { timeout: 60_000 }, async () => {
  const [home, office] = [here(), here()];
  const input = await account(home);
  await auth("login", input, office);
  const many = Array.from({ length: 30 }, here).flatMap((ip) => Array<string>(10).fill(ip));
  await trying(input.email, many);
  await expect(auth("login", input, here())).rejects.toMatchObject(limited);
  expect(await auth("login", input, home)).toBeDefined();
  expect(await auth("login", input, office)).toBeDefined();
  // A known place may not guess more than any other.
  await trying(input.email, Array(11).fill(home));
  await expect(auth("login", input, home)).rejects.toMatchObject(limited);
});
