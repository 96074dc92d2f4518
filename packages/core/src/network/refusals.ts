/** What the proxy has refused, from the transcripts: the latest of each place and agent, and whether it would be refused now. */
import { isIP } from "node:net";
import { EgressRefusal, type EgressRules, HostPattern, type network, type RefusedPlace } from "@djinnbot/contracts";
import { Prisma, type Tx, withTenant } from "@djinnbot/db";
import { z } from "zod";
import { getAgentOrFault, toConfig } from "../agent/queries.ts";
import type { VerbArgs } from "../ctx.ts";
import { callersOf } from "../delegation/callers.ts";
import { type Place, PrivateHosts, refusedByAddress, refusedByRules } from "../egress/rules.ts";
import { guard } from "../guard.ts";
import { readSettings } from "../settings/get.ts";

const lookBackMs = 7 * 24 * 3_600_000;
const mostEvents = 2000;
/** Ports of web pages: who allows such a host means all of it. */
const webPorts = [80, 443];

const Told = z.object({
  host: z.string(),
  port: z.int(),
  reason: EgressRefusal,
  stepId: z.string(),
  agentId: z.string().nullish(),
});
type Told = z.infer<typeof Told>;
interface Refusal extends Told {
  runId: string;
  parentRunId: string | null;
  task: string;
  at: number;
  times: number;
}

export async function listRefusals({ ctx, input }: VerbArgs<typeof network.refusals>): Promise<RefusedPlace[]> {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const agent = input.agentId === undefined ? null : await getAgentOrFault(tx, input.agentId);
    const latest = latestOfEach(await readEvents(tx, { agent: agent?.slug ?? null, since: ctx.now() - lookBackMs }));
    return judge(tx, new PrivateHosts(ctx.deps.config.egressPrivateHosts), latest.slice(0, input.limit));
  });
}

/** Newest first. */
async function readEvents(tx: Tx, { agent, since }: { agent: string | null; since: number }): Promise<Refusal[]> {
  type Row = { data: unknown; at: bigint; runId: string; parentRunId: string | null; task: string };
  const rows = await tx.$queryRaw<Row[]>`
    SELECT e.data, e.timestamp AS at, r.id AS "runId", r.parent_run_id AS "parentRunId", r.task_description AS task
    FROM (
      SELECT session_id, data, timestamp FROM session_events
      WHERE event_type = 'EGRESS_REFUSED' AND timestamp > ${BigInt(since)}
        ${agent === null ? Prisma.empty : Prisma.sql`AND data->>'agentId' = ${agent}`}
      ORDER BY timestamp DESC LIMIT ${mostEvents}
    ) e JOIN sessions s ON s.id = e.session_id JOIN runs r ON r.id = s.source_id
    ORDER BY e.timestamp DESC`;
  return rows.flatMap(({ data, at, ...run }) => {
    const told = Told.safeParse(data);
    return told.success ? [{ ...told.data, ...run, at: Number(at), times: 1 }] : [];
  });
}

function latestOfEach(refusals: readonly Refusal[]): Refusal[] {
  const places = new Map<string, Refusal>();
  for (const refusal of refusals) {
    const key = JSON.stringify([refusal.host, refusal.port, refusal.agentId ?? null]);
    const latest = places.get(key);
    if (latest) {
      latest.times += 1;
    } else {
      places.set(key, refusal);
    }
  }
  return [...places.values()];
}

async function judge(tx: Tx, opened: PrivateHosts, refusals: readonly Refusal[]): Promise<RefusedPlace[]> {
  const { egressMode, egressHosts } = await readSettings(tx);
  const team: EgressRules = { mode: egressMode, hosts: egressHosts };
  const agents = new Map((await tx.agent.findMany()).map((row) => [row.slug, row]));
  const places: RefusedPlace[] = [];
  for (const refusal of refusals) {
    const { runId, parentRunId, agentId = null, host, port, reason, task, stepId, times, at } = refusal;
    // Who called an executor binds it, too.
    const callers = parentRunId === null ? [] : await callersOf(tx, runId);
    const bound = [agentId, ...callers].flatMap((slug) => {
      const row = slug === null ? undefined : agents.get(slug);
      const { egressMode: mode, egressHosts: hosts } = row ? toConfig(row) : { egressMode: null, egressHosts: [] };
      return row && mode !== null ? [{ slug: row.slug, rules: { mode, hosts } }] : [];
    });
    places.push({
      ...{ host, port, reason, agentId, runId, task, stepId, times, at },
      agentName: agentId === null ? null : (agents.get(agentId)?.name ?? null),
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
  const pattern = HostPattern.safeParse(webPorts.includes(place.port) ? place.host : `${place.host}:${place.port}`);
  const refuser =
    refusedNow === "agent"
      ? bound.find(({ rules }) => refusedByRules({ tenant: rules, agents: [] }, place))
      : undefined;
  const rules = refusedNow === "tenant" ? team : refuser?.rules;
  const opens = pattern.success && rules?.mode === "listed";
  return { refusedNow, allow: opens ? { host: pattern.data, agentId: refuser?.slug ?? null } : null };
}
