/** Event streams over HTTP (sse-relay): resume from `Last-Event-ID` or `since`, heartbeats, a last event at the end. */
import { z } from "zod";
import { stream } from "./contract.ts";
import { RunEvent, TenantEvent } from "./event.ts";
import { RunId } from "./id.ts";

/** `0` = from the beginning, `$` = only what is new, or the id of the last event seen. */
export const Since = z.string().regex(/^(\$|\d{1,16}(-\d{1,10})?)$/, "0, $ or an event id");

const base = { service: "sse-relay", scope: "events:read" } as const;

export const events = {
  run: stream({
    ...base,
    path: "/v1/events/stream/{runId}",
    channel: "run",
    summary: "Live events of one run; ends after the run's last event",
    input: z.object({ runId: RunId, since: Since.default("0") }),
    event: RunEvent,
  }),
  tenant: stream({
    ...base,
    path: "/v1/events/stream",
    channel: "tenant",
    summary: "Live events of the tenant",
    input: z.object({ since: Since.default("$") }),
    event: TenantEvent,
  }),
};
