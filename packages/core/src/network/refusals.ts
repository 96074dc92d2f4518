/** What the proxy has refused, as it recorded it: the latest of each place and agent, and whether it would be refused now. */
import { isIP } from "node:net";
import { type EgressRefusal, type EgressRules, type network, type RefusedPlace, SingleHost } from "@djinnbot/contracts";
import { Prisma, type Tx, withTenant } from "@djinnbot/db";
import { getAgentOrFault, toConfig } from "../agent/queries.ts";
import type { VerbArgs } from "../ctx.ts";
import { callersOf } from "../delegation/callers.ts";
import { refusalsMs } from "../egress/record-refusal.ts";
import { type Place, PrivateHosts, refusedByAddress, refusedByRules } from "../egress/rules.ts";
import { guard } from "../guard.ts";
import { readSettings } from "../settings/get.ts";

/** Of a task, which can be a whole document, in characters. */
const maxTask = 500;
/** Ports of web pages: who allows such a host means all of it. */
const webPorts = [80, 443];

type Refused = Omit<RefusedPlace, "refusedNow" | "allow"> & { parentRunId: string | null };

export async function listRefusals({ ctx, input }: VerbArgs<typeof network.refusals>): Promise<RefusedPlace[]> {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const agent = input.agentId === undefined ? null : await getAgentOrFault(tx, input.agentId);
    const since = ctx.now() - refusalsMs;
    const latest = await readLatest(tx, { agentId: agent?.id ?? null, since, limit: input.limit });
    return judge(tx, new PrivateHosts(ctx.deps.config.egressPrivateHosts), latest);
  });
}

/** Newest first. Where not all find a place, agents take turns: one that is refused much does not hide what others were. */
async function readLatest(
  tx: Tx,
  { agentId, since, limit }: { agentId: string | null; since: number; limit: number },
): Promise<Refused[]> {
  const rows = await tx.$queryRaw<(Omit<Refused, "at"> & { at: bigint })[]>`
    SELECT p.host, p.port, p.reason, p.step_id AS "stepId", p.times, p.refused_at AS at, a.slug AS "agentId", a.name AS "agentName",
      r.id AS "runId", r.parent_run_id AS "parentRunId", left(r.task_description, ${maxTask}) AS task
    FROM (
      SELECT *, row_number() OVER (PARTITION BY agent_id ORDER BY refused_at DESC) AS turn FROM refused_places
      WHERE refused_at > ${BigInt(since)} ${agentId === null ? Prisma.empty : Prisma.sql`AND agent_id = ${agentId}`}
      ORDER BY turn, refused_at DESC LIMIT ${limit}
    ) p JOIN agents a ON a.id = p.agent_id JOIN runs r ON r.id = p.run_id
    ORDER BY p.refused_at DESC`;
  return rows.map((row) => ({ ...row, at: Number(row.at) }));
}

async function judge(tx: Tx, opened: PrivateHosts, refusals: readonly Refused[]): Promise<RefusedPlace[]> {
  const { egressMode, egressHosts } = await readSettings(tx);
  const team: EgressRules = { mode: egressMode, hosts: egressHosts };
  const agents = new Map((await tx.agent.findMany()).map((row) => [row.slug, row]));
  const places: RefusedPlace[] = [];
  for (const refusal of refusals) {
    const { parentRunId, ...told } = refusal;
    const { runId, agentId, host, port, reason } = told;
    // Who called an executor binds it, too.
    const callers = parentRunId === null ? [] : await callersOf(tx, runId);
    const bound = [agentId, ...callers].flatMap((slug) => {
      const row = slug === null ? undefined : agents.get(slug);
      const { egressMode: mode, egressHosts: hosts } = row ? toConfig(row) : { egressMode: null, egressHosts: [] };
      return row && mode !== null ? [{ slug: row.slug, rules: { mode, hosts } }] : [];
    });
    places.push({
      ...told,
      ...verdict({ team, bound, place: { host, port }, shut: shutFor(opened, { host, port }, reason) }),
    });
  }
  return places;
}

/** What no rule of a tenant opens: mail, and private addresses that the operator has not opened. */
function shutFor(opened: PrivateHosts, place: Place, reason: EgressRefusal): EgressRefusal | null {
  const everything: EgressRules = { mode: "internet", hosts: [] };
  const isPrivate =
    isIP(place.host) === 0
      ? reason === "private" && !opened.names(place)
      : refusedByAddress(opened, place, [place.host]);
  return refusedByRules({ tenant: everything, agents: [] }, place) ?? (isPrivate ? "private" : null);
}

type Bound = { slug: string; rules: EgressRules };

/** As the rules are now. Where a name leads is not asked again: what was private counts as private. */
function verdict(asked: {
  team: EgressRules;
  bound: readonly Bound[];
  place: Place;
  shut: EgressRefusal | null;
}): Pick<RefusedPlace, "refusedNow" | "allow"> {
  const { team, bound, place, shut } = asked;
  if (shut !== null) {
    return { refusedNow: shut, allow: null };
  }
  const refusedNow = refusedByRules({ tenant: team, agents: bound.map(({ rules }) => rules) }, place);
  const pattern = SingleHost.safeParse(webPorts.includes(place.port) ? place.host : `${place.host}:${place.port}`);
  const refuser =
    refusedNow === "agent"
      ? bound.find(({ rules }) => refusedByRules({ tenant: rules, agents: [] }, place))
      : undefined;
  const rules = refusedNow === "tenant" ? team : refuser?.rules;
  const opens = pattern.success && rules?.mode === "listed";
  return { refusedNow, allow: opens ? { host: pattern.data, agentId: refuser?.slug ?? null } : null };
}
