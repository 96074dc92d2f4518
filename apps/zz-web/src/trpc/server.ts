/** Data for server components: the verbs themselves, as the reader, without a request in between. */
import type { Services } from "@djinnbot/api";
import { getSession } from "@/server/session.ts";

/** `(await serverApi()).runs.get({ runId })`; fails with a Fault. Sends readers who are not signed in to the sign-in page. */
export async function serverApi(): Promise<Services> {
  return (await getSession()).services;
}
