/** OpenAPI 3.1 of REST `/v1`, derived from the contracts: names as on the wire, faults as responses, streams as event streams. */
import { type AnyContract, type FaultCode, faultStatus, pathParams } from "@djinnbot/contracts";
import { version } from "@djinnbot/core/version";
import { isText } from "./download.ts";
import { type JsonSchema, schemaOf, sharedSchemas } from "./openapi-schema.ts";
import { type Operation, operations } from "./routes.ts";
import { wireName } from "./wire.ts";

type CallOperation = Extract<Operation, { contract: { kind: "call" } }>;
type DownloadOperation = Extract<Operation, { contract: { kind: "download" } }>;
type StreamOperation = Extract<Operation, { contract: { kind: "stream" } }>;

const faultMeaning: Record<FaultCode, string> = {
  VALIDATION: "The input does not match; `detail` lists the problems",
  BAD_REQUEST: "The request cannot be understood",
  UNAUTHENTICATED: "No valid credentials",
  FORBIDDEN: "The credentials do not allow this",
  NOT_FOUND: "No such thing in this tenant",
  CONFLICT: "The state does not allow this",
  PRECONDITION: "A precondition does not hold",
  TOO_LARGE: "The body or the file is larger than 1 MiB",
  UNSUPPORTED: "It is not text",
  LIMIT: "Too many requests; see Retry-After",
  UPSTREAM: "Another system failed",
  UNAVAILABLE: "Not available now; try again",
  INTERNAL: "Our own failure; report the request id",
};

/** The whole document; built once per process by its caller. */
export function openApiDocument(): Record<string, unknown> {
  const schemas = sharedSchemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const { contract, name } = operation;
    for (const [at, path] of [contract.path, ...contract.aliases].entries()) {
      const description = {
        ...describe(operation, schemas, path),
        operationId: at === 0 ? name : `${name}.alias${at}`,
      };
      paths[path] = { ...paths[path], [contract.method.toLowerCase()]: description };
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "DjinnBot API",
      version,
      description:
        "Sign in or create an API key and send it as a bearer token. Times are epoch milliseconds. Writes accept `Idempotency-Key`. " +
        "Lists that are pages put the next cursor into `X-Next-Cursor` and `Link`.",
    },
    servers: [{ url: "/" }],
    tags: [...new Set(operations.map((operation) => operation.noun))].map((name) => ({ name })),
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: schemas.components(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "Access token or API key" },
        cookie: { type: "apiKey", in: "cookie", name: "djinnbot.session", description: "Browser sign-in" },
      },
    },
  };
}

function describe(operation: Operation, schemas: Shared, path: string) {
  switch (operation.contract.kind) {
    case "call":
      return describeCall(operation as CallOperation, schemas, path);
    case "stream":
      return describeStream(operation as StreamOperation, schemas, path);
    case "download":
      return describeDownload(operation as DownloadOperation, path);
  }
}

type Shared = ReturnType<typeof sharedSchemas>;

function describeCall({ contract, noun }: CallOperation, schemas: Shared, path: string) {
  const input = schemaOf(contract.input, { io: "input", wire: contract.wire });
  const { body, parameters } = splitInput(contract, input, path);
  const output = schemas.output(contract.output, contract.wire);
  const content = contract.page ? pageItems(output, schemas) : output;
  return {
    ...common(contract.summary, noun, contract.scope),
    ...(contract.scope === "public" ? { security: [] } : {}),
    parameters: [...parameters, ...(contract.method === "GET" ? [] : [idempotencyKey])],
    ...(body ? { requestBody: { required: (body.required?.length ?? 0) > 0, content: json(body) } } : {}),
    responses: {
      [contract.status]: {
        description: "Success",
        content: json(content),
        ...(contract.page ? { headers: pageHeaders } : {}),
      },
      ...faults(["VALIDATION", "UNAUTHENTICATED", "FORBIDDEN", "LIMIT", "INTERNAL", ...contract.faults]),
    },
  };
}

function describeStream({ contract, noun }: StreamOperation, schemas: Shared, path: string) {
  const input = schemaOf(contract.input, { io: "input", wire: "snake" });
  const { parameters } = splitInput({ method: "GET", wire: "snake" }, input, path);
  return {
    ...common(contract.summary, noun, contract.scope),
    parameters: [
      ...parameters,
      { name: "Last-Event-ID", in: "header", description: "Resume after this event", schema: { type: "string" } },
    ],
    responses: {
      200: {
        description:
          "Server-sent events: `message` (the schema below), `heartbeat`, and `end` when nothing more will come",
        content: { "text/event-stream": { schema: schemas.output(contract.event, "camel") } },
      },
      204: { description: "Nothing more will come: do not reconnect" },
      ...faults(["VALIDATION", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "LIMIT", "INTERNAL"]),
    },
  };
}

function describeDownload({ contract, noun }: DownloadOperation, path: string) {
  const input = schemaOf(contract.input, { io: "input", wire: "camel" });
  const { parameters } = splitInput({ method: "GET", wire: "camel" }, input, path);
  const schemaFor = (type: string) => ({ type: "string", ...(isText(type) ? {} : { format: "binary" }) });
  const content = Object.fromEntries(contract.mediaTypes.map((type) => [type, { schema: schemaFor(type) }]));
  return {
    ...common(contract.summary, noun, contract.scope),
    parameters,
    responses: {
      200: { description: "A file, as an attachment", content },
      ...faults(["VALIDATION", "UNAUTHENTICATED", "FORBIDDEN", "LIMIT", "INTERNAL", ...contract.faults]),
    },
  };
}

function common(summary: string, noun: string, scope: string) {
  return { tags: [noun], summary, description: scope === "public" ? "Public." : `Needs the scope \`${scope}\`.` };
}

/** Path parameters always; the rest is query for GET and DELETE, body for the others. */
function splitInput(contract: Pick<AnyContract, "method" | "wire">, input: JsonSchema, path: string) {
  const inPath = new Map(pathParams(path).map((name) => [wireName(name, contract.wire), name]));
  const required = new Set(input.required ?? []);
  const rest = Object.entries(input.properties ?? {}).filter(([name]) => !inPath.has(name));
  const isQuery = contract.method === "GET" || contract.method === "DELETE";
  const parameters = [
    ...[...inPath].map(([onWire, name]) => ({
      name,
      in: "path",
      required: true,
      schema: input.properties?.[onWire] ?? { type: "string" },
    })),
    ...(isQuery ? rest.map(([name, schema]) => ({ name, in: "query", required: required.has(name), schema })) : []),
  ];
  if (isQuery || rest.length === 0) {
    return { parameters, body: null };
  }
  const body: JsonSchema = {
    type: "object",
    properties: Object.fromEntries(rest),
    required: rest.map(([name]) => name).filter((name) => required.has(name)),
  };
  return { parameters, body };
}

function pageItems(output: JsonSchema, schemas: Shared): JsonSchema {
  return schemas.resolve(output).properties?.items ?? {};
}

const json = (schema: JsonSchema) => ({ "application/json": { schema } });
const pageHeaders = {
  "X-Next-Cursor": { description: "Cursor of the next page; missing on the last", schema: { type: "string" } },
  Link: { description: 'The next page as rel="next"', schema: { type: "string" } },
};
const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  description: "Send a write again with the same key and it is answered again, not done again (24 hours)",
  schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,128}$" },
};

/** One response per status; codes that share one are named together. */
function faults(codes: readonly FaultCode[]): Record<string, unknown> {
  const byStatus: Record<string, unknown> = {};
  for (const code of new Set(codes)) {
    byStatus[faultStatus[code]] = {
      description: `${code}: ${faultMeaning[code]}`,
      content: json({ $ref: "#/components/schemas/FaultBody" }),
    };
  }
  return byStatus;
}
