/** Downloads over HTTP: a file that is made as fast as the client takes it. */
import { type DownloadFile, openDownload } from "@djinnbot/core";
import type { ApiConfig } from "./config.ts";
import { budgetHeaders, spendRequest } from "./limit.ts";
import type { ApiRequest } from "./request.ts";
import { asRestFault, readQuery } from "./rest.ts";
import type { Operation } from "./routes.ts";

export type DownloadOperation = Extract<Operation, { contract: { kind: "download" } }>;

/** Expected failures are thrown as faults, before the first byte; one that comes later breaks the connection off. */
export async function handleDownload(
  api: ApiRequest,
  options: {
    operation: DownloadOperation;
    params: Record<string, string>;
    limit: ApiConfig["requestLimit"];
    headers: Headers;
  },
): Promise<Response> {
  const { operation, params, headers } = options;
  const caller = await api.caller();
  budgetHeaders(await spendRequest(caller, options.limit), headers);
  const input = { ...readQuery(api.url.searchParams), ...params };
  const file = await openDownload(caller, operation.noun, operation.verb, input).catch((error: unknown) => {
    throw asRestFault(error, { contract: { ...operation.contract, wire: "camel" } });
  });
  headers.set("content-type", isText(file.mediaType) ? `${file.mediaType}; charset=utf-8` : file.mediaType);
  headers.set("content-disposition", `attachment; filename="${file.filename.replace(/[^\w.-]/g, "_")}"`);
  headers.set("cache-control", "no-store");
  return new Response(bodyOf(api, file.chunks), { headers });
}

/** Whether a file of this type is text, which we write in UTF-8. */
export function isText(mediaType: string): boolean {
  return mediaType.startsWith("text/") || mediaType === "application/json";
}

/** Small pieces go together: a packet each would be slow. */
const gatherBytes = 32_768;

function bodyOf(api: ApiRequest, chunks: DownloadFile["chunks"]): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const gathered: Uint8Array[] = [];
        try {
          for (let bytes = 0; bytes < gatherBytes; ) {
            const { done, value } = await iterator.next();
            if (done) {
              controller.enqueue(Buffer.concat(gathered));
              controller.close();
              return;
            }
            const piece = typeof value === "string" ? encoder.encode(value) : value;
            gathered.push(piece);
            bytes += piece.length;
          }
          controller.enqueue(Buffer.concat(gathered));
        } catch (error) {
          api.log.error({ err: error }, "a download broke off");
          controller.error(error);
        }
      },
      cancel: async () => {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
