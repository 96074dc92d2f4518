/** Files that are made while they are sent: scope and input by the contract, then the verb. The one way in for the edge. */
import { type AnyDownload, type Downloads, downloads, Fault, type InputOf, validationFault } from "@djinnbot/contracts";
import { type Caller, servicesFor } from "./call.ts";
import type { Ctx } from "./ctx.ts";
import { guard } from "./guard.ts";
import { exportRun } from "./run/export/index.ts";
import { bundleRun } from "./workspace/bundle.ts";

export interface DownloadFile {
  filename: string;
  mediaType: string;
  /** Made as they are asked for. Given back early (`return`), it stops reading. */
  chunks: AsyncIterable<string | Uint8Array>;
}
type DownloadVerb<C> = (args: { ctx: Ctx; input: InputOf<C> }) => Promise<DownloadFile>;
type DownloadVerbs = { [N in keyof Downloads]: { [V in keyof Downloads[N]]: DownloadVerb<Downloads[N][V]> } };

const verbs: DownloadVerbs = { runs: { export: exportRun }, workspaces: { bundle: bundleRun } };

/** Opens `noun.verb`. Throws a Fault before the first byte: UNAUTHENTICATED, FORBIDDEN, VALIDATION, or what the verb throws. */
export async function openDownload(caller: Caller, noun: string, verb: string, input: unknown): Promise<DownloadFile> {
  const contract = (downloads as unknown as Record<string, Record<string, AnyDownload>>)[noun]?.[verb];
  const open = (verbs as unknown as Record<string, Record<string, DownloadVerb<AnyDownload>>>)[noun]?.[verb];
  if (!contract || !open) {
    throw new Fault("NOT_FOUND", "No such operation");
  }
  guard(caller, contract.scope);
  const { tenantId } = caller;
  if (tenantId === null) {
    throw new Fault("BAD_REQUEST", "Say which tenant: send X-Tenant-Id.");
  }
  const parsed = contract.input.safeParse(input ?? {});
  if (!parsed.success) {
    throw validationFault(parsed.error, "query");
  }
  const known = { ...caller, tenantId };
  return open({ ctx: { ...known, services: servicesFor(known) }, input: parsed.data });
}
