/** What every API route of the web app is: a hand-over to the API of this process. */
import { addressOf } from "./address.ts";
import { web } from "./deps.ts";

export function answer(request: Request): Promise<Response> {
  const { api, env } = web();
  return api.fetch(request, { ip: addressOf(request.headers, env.TRUSTED_PROXIES) });
}
