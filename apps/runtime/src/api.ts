/** Calls of the platform's API, with the key of the session. */

export interface ApiAccess {
  apiUrl: string;
  runKey: string;
}
export interface ApiCall {
  path: string;
  body: object;
  /** Names the request: sent again, it is answered again and not done again. */
  key: string;
  signal: AbortSignal;
}
/** A refusal, with the API's own sentence. */
export class ApiRefused extends Error {}

const tries = 4;
const firstWaitMs = 500;

/** Tries again while the API is away or busy. Throws ApiRefused for what it refuses. */
export async function callApi(access: ApiAccess, call: ApiCall): Promise<Record<string, unknown>> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await once(access, call).catch((error: Error) => ({ status: 0, body: { detail: error.message } }));
    if (answer.status >= 200 && answer.status < 300) {
      return answer.body;
    }
    const passes = answer.status === 0 || answer.status === 409 || answer.status === 429 || answer.status >= 500;
    // A conflict passes only when it is our own earlier request that is still at work.
    const isFinal = !passes || (answer.status === 409 && !/still at work/.test(String(answer.body.detail)));
    if (isFinal || attempt === tries || call.signal.aborted) {
      throw new ApiRefused(sentence(answer.body.detail));
    }
    await new Promise((resolve) => setTimeout(resolve, firstWaitMs * 2 ** (attempt - 1)));
  }
}

async function once(
  { apiUrl, runKey }: ApiAccess,
  { path, body, key, signal }: ApiCall,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${apiUrl.replace(/\/+$/, "")}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${runKey}`, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
    signal,
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
  } catch {
    return { status: response.status, body: { detail: text.slice(0, 500) } };
  }
}

function sentence(detail: unknown): string {
  return typeof detail === "string" ? detail : JSON.stringify(detail ?? "The platform did not answer.");
}
