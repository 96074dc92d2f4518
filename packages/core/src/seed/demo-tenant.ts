/** The demo tenant: an account with a few agents, so that the first look needs no sign-up. */
import { anonymousCaller } from "../auth/authenticate.ts";
import { call, serviceCaller } from "../call.ts";
import type { Deps } from "../ctx.ts";

export interface DemoAccount {
  email: string;
  password: string;
}
const agents = ["architect", "engineer", "tester"];

/** Registers the demo tenant and clones its agents; does nothing when the account exists. True when it was made now. */
export async function seedDemoTenant(deps: Deps, account: DemoAccount): Promise<boolean> {
  const found = await deps.system.prisma.user.findUnique({ where: { email: account.email.toLowerCase() } });
  if (found) {
    return false;
  }
  const stranger = anonymousCaller(deps, {
    authorization: null,
    sessionCookie: null,
    tenantHeader: null,
    ip: null,
    userAgent: null,
    requestId: "seed",
  });
  const input = { ...account, displayName: "Demo", tenantName: "Demo company" };
  const tokens = (await call(stranger, "auth", "register", input)) as { user: { tenantId: string } };
  const caller = serviceCaller(deps, { tenantId: tokens.user.tenantId, requestId: "seed", name: "seed" });
  for (const agentId of agents) {
    await call(caller, "agents", "clone", { agentId });
  }
  return true;
}
