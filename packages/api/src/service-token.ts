/** What our own services and operators show: the installation's service token as a bearer token. */
import { timingSafeEqual } from "node:crypto";

export function isServiceToken(authorization: string | null, serviceToken: string): boolean {
  const given = Buffer.from(authorization ?? "");
  const wanted = Buffer.from(`Bearer ${serviceToken}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
