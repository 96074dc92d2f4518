/** One network per tenant: containers of different tenants cannot reach each other. */
import type Docker from "dockerode";
import { z } from "zod";
import { labelPrefix } from "./docker-spec.ts";

const Network = z.object({
  Id: z.string(),
  Created: z.string(),
  IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })).nullable() }),
  Containers: z.record(z.string(), z.unknown()).nullish(),
});

/** A network without containers is removed when it is older than this (Docker has addresses for about thirty), in ms. */
const keepUnusedMs = 60_000;

/** Finds or makes the tenant's network; answers its name and this machine's address in it (null when Docker does not tell). */
export async function ensureNetwork(
  docker: Docker,
  of: { installation: string; tenantId: string },
): Promise<{ name: string; gateway: string | null }> {
  const name = `djinnbot-${of.installation}-${of.tenantId.replace(/^ten_/, "")}`;
  const find = () => docker.getNetwork(name).inspect().catch(quiet(404));
  let found = await find();
  if (!found) {
    const Labels = { [`${labelPrefix}.installation`]: of.installation, [`${labelPrefix}.tenant`]: of.tenantId };
    // Two engines may do this at once: who comes second finds the network of the first.
    await docker.createNetwork({ Name: name, Driver: "bridge", Labels, CheckDuplicate: true }).catch(quiet(409));
    found = await find();
  }
  const [config] = Network.parse(found).IPAM.Config ?? [];
  return { name, gateway: config?.Gateway?.split("/")[0] ?? null };
}

/** Removes the installation's networks that nobody uses. */
export async function removeUnusedNetworks(docker: Docker, installation: string): Promise<void> {
  const label = [`${labelPrefix}.installation=${installation}`];
  for (const { Id } of await docker.listNetworks({ filters: { label } })) {
    const network = docker.getNetwork(Id);
    const found = Network.safeParse(await network.inspect().catch(quiet(404))).data;
    const isOld = found !== undefined && Date.parse(found.Created) < Date.now() - keepUnusedMs;
    if (isOld && Object.keys(found.Containers ?? {}).length === 0) {
      // Refused when a container joined just now.
      await network.remove().catch(quiet(403, 404, 409));
    }
  }
}

/** Turns the given HTTP statuses of Docker's answer into null; anything else is thrown on. */
export function quiet(...statuses: number[]) {
  return (error: unknown): null => {
    const status = z.object({ statusCode: z.number() }).safeParse(error).data?.statusCode;
    if (status === undefined || !statuses.includes(status)) {
      throw error;
    }
    return null;
  };
}
