import { newId } from "@djinnbot/contracts";
import { expect, it } from "vitest";
import { readSessionLogin, sessionLogin } from "./session-login.ts";

const secret = "the installation's secret";
const session = { tenantId: newId("tenant"), sessionId: newId("session") };
const { user, password } = sessionLogin(secret, "proxy", session);

it("knows a session by its own login, which is good for one use", () => {
  expect(readSessionLogin(secret, "proxy", { user, password })).toEqual(session);
  expect(readSessionLogin(secret, "redis", { user, password })).toBeNull();
  expect(readSessionLogin("another secret", "proxy", { user, password })).toBeNull();
});

it("knows nobody by a name that is another or has something added", () => {
  const other = `${session.tenantId}.${newId("session")}`;
  for (const name of [
    "",
    ".",
    other,
    session.tenantId,
    `${user}.x`,
    `${user}.`,
    `.${user}`,
    `${user} `,
    user.toUpperCase(),
  ]) {
    expect(readSessionLogin(secret, "proxy", { user: name, password }), name).toBeNull();
  }
});
