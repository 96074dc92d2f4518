/** REST `/v1`: path, query and body become one input, the operation runs, its output goes out in the noun's casing. */
import { Fault, pathParams } from "@djinnbot/contracts";
import type { z } from "zod";
import { readJsonObject } from "./body.ts";
import type { ApiConfig } from "./config.ts";
import { type CallOperation, invoke } from "./invoke.ts";
import type { ApiRequest } from "./request.ts";
import { jsonResponse } from "./respond.ts";
import { refuseUnknownFields } from "./unknown-fields.ts";
import { fromWire, toWire, wireName } from "./wire.ts";

/** Answers a call. Expected failures are thrown as faults; `headers` then still holds what the answer should carry. */
export async function handleRest(
  api: ApiRequest,
  options: {
    operation: CallOperation;
    params: Record<string, string>;
    limit: ApiConfig["requestLimit"];
    headers: Headers;
  },
): Promise<Response> {
  const { operation, params, headers } = options;
  const { contract } = operation;
  const input = await readInput(api, operation, params);
  const output = await invoke(api, { operation, input, limit: options.limit, headers }).catch((error: unknown) => {
    throw asRestFault(error, operation);
  });
  if (!contract.page) {
    return jsonResponse(toWire(contract.output, output, contract.wire), { status: contract.status, headers });
  }
  const { items, nextCursor } = output as { items: unknown[]; nextCursor: string | null };
  if (nextCursor !== null) {
    headers.set("x-next-cursor", nextCursor);
    headers.set("link", `<${nextPage(api.url, nextCursor)}>; rel="next"`);
  }
  const wired = toWire(contract.output, { items, nextCursor }, contract.wire) as { items: unknown[] };
  return jsonResponse(wired.items, { status: contract.status, headers });
}

/** Path parameters win over the body, the body wins over the query. */
async function readInput(
  api: ApiRequest,
  operation: CallOperation,
  params: Record<string, string>,
): Promise<Record<string, unknown>> {
  const { contract } = operation;
  const body = contract.method === "GET" ? {} : await readJsonObject(api.request);
  refuseUnknownFields(body, contract);
  const sent = { ...readQuery(api.url.searchParams), ...body };
  return { ...(fromWire(contract.input, sent, contract.wire) as Record<string, unknown>), ...params };
}

/** The query as an object; empty values count as left out, of repeated ones the last counts. */
export function readQuery(query: URLSearchParams): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of query) {
    if (key === "__proto__") {
      throw new Fault("BAD_REQUEST", "The parameter __proto__ is not allowed.");
    }
    if (value !== "") {
      out[key] = value;
    }
  }
  return out;
}

/** Names in problems are those of the wire; an id in the path that no thing can have is simply not found. */
export function asRestFault(
  error: unknown,
  operation: { contract: Pick<CallOperation["contract"], "path" | "wire" | "input"> },
): unknown {
  if (!(error instanceof Fault) || error.code !== "VALIDATION" || !error.details) {
    return error;
  }
  const { path, wire, input } = operation.contract;
  const inPath = new Set(pathParams(path));
  if (error.details.every((detail) => inPath.has(String(detail.loc[1])))) {
    return new Fault("NOT_FOUND", "Not found");
  }
  const known = fieldNames(input);
  const details = error.details.map((detail) => ({
    ...detail,
    loc: detail.loc.map((part) => (typeof part === "string" && known.has(part) ? wireName(part, wire) : part)),
  }));
  return new Fault("VALIDATION", error.message, { details });
}

function fieldNames(schema: z.ZodType): Set<string> {
  return new Set(Object.keys((schema as Partial<z.ZodObject>).shape ?? {}));
}

function nextPage(url: URL, cursor: string): string {
  const query = new URLSearchParams(url.searchParams);
  query.delete("token");
  query.set("cursor", cursor);
  return `${url.pathname}?${query}`;
}
