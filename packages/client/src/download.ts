/** Files that the server makes while it sends them. */
import { responseError, toDjinnError } from "./djinn-error.ts";
import type { Connect } from "./follow-events.ts";

export interface Download {
  /** As the server names it. */
  filename: string;
  mediaType: string;
  /** The bytes as they come; `new Response(body).text()` holds all of them at once. */
  body: ReadableStream<Uint8Array>;
}

/** Resolves when the file begins. Throws DjinnError; a file that breaks off fails while its body is read. */
export async function openDownload(connect: Connect, signal?: AbortSignal): Promise<Download> {
  const options = { headers: await connect.headers(), cache: "no-store" as const, ...(signal ? { signal } : {}) };
  const response = await connect.fetch(connect.url, options).catch((error: unknown) => {
    throw toDjinnError(error);
  });
  if (!response.ok || !response.body) {
    throw await responseError(response);
  }
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const mediaType = response.headers.get("content-type")?.split(";")[0] ?? "application/octet-stream";
  return { filename: named ?? "download", mediaType, body: response.body };
}
