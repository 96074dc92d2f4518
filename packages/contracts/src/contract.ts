/** A contract is one operation as data: everything that serves or calls it (tRPC, REST, OpenAPI, client, tests) derives from it. */
import type { z } from "zod";
import type { FaultCode } from "./fault.ts";
import type { Scope } from "./scope.ts";
import type { ServiceName } from "./services.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Contract<M extends Method = Method, I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly kind: "call";
  readonly method: M;
  /** REST path with `{param}` segments; a list path ends in `/`, both forms are served. */
  readonly path: string;
  /** Further paths of the same operation that earlier clients use. */
  readonly aliases: readonly string[];
  readonly service: ServiceName;
  /** The last path parameter takes the rest of the path, slashes included. */
  readonly deep: boolean;
  /** Needed scope; `public` is open to everybody. */
  readonly scope: Scope | "public";
  /** One flat object: path parameters, query (GET, DELETE) and body (others) together. camelCase. */
  readonly input: I;
  readonly output: O;
  /** Faults beyond those every operation may answer (VALIDATION, UNAUTHENTICATED, FORBIDDEN, LIMIT, INTERNAL). */
  readonly faults: readonly FaultCode[];
  /** Casing of field names on REST; tRPC is camelCase throughout. */
  readonly wire: "snake" | "camel";
  /** HTTP status of success. */
  readonly status: 200 | 201;
  /** The output is `{ items, nextCursor }`; REST answers the bare array and puts the cursor into `X-Next-Cursor`. */
  readonly page: boolean;
  /** Counts against the sign-in limits per address and account (not the tenant's request limit). */
  readonly authLimited: boolean;
  readonly summary: string;
}

/** A server-sent event stream over one channel. `input` holds path parameters and the resume point `since`. */
export interface StreamContract<I extends z.ZodType = z.ZodType, E extends z.ZodType = z.ZodType> {
  readonly kind: "stream";
  readonly method: "GET";
  readonly path: string;
  readonly aliases: readonly string[];
  readonly service: ServiceName;
  readonly scope: Scope;
  readonly input: I;
  readonly event: E;
  readonly channel: "run" | "tenant";
  readonly summary: string;
}

/** A file that is made while it is sent; REST only. `input` holds path parameters and the query. */
export interface DownloadContract<I extends z.ZodType = z.ZodType> {
  readonly kind: "download";
  readonly method: "GET";
  readonly path: string;
  readonly aliases: readonly string[];
  readonly service: ServiceName;
  readonly scope: Scope;
  readonly input: I;
  readonly mediaTypes: readonly string[];
  readonly faults: readonly FaultCode[];
  readonly summary: string;
}

type Options<M extends Method, I extends z.ZodType, O extends z.ZodType> = Pick<
  Contract<M, I, O>,
  "method" | "path" | "service" | "scope" | "input" | "output" | "summary"
> &
  Partial<Pick<Contract<M, I, O>, "aliases" | "deep" | "faults" | "wire" | "status" | "page" | "authLimited">>;

/** Declares an operation; defaults: snake wire, status 200, no page. */
export function contract<M extends Method, I extends z.ZodType, O extends z.ZodType>(
  options: Options<M, I, O>,
): Contract<M, I, O> {
  return {
    kind: "call",
    aliases: [],
    deep: false,
    faults: [],
    wire: "snake",
    status: 200,
    page: false,
    authLimited: false,
    ...options,
  };
}

/** Declares a server-sent event stream. */
export function stream<I extends z.ZodType, E extends z.ZodType>(
  options: Omit<StreamContract<I, E>, "kind" | "method" | "aliases"> & { aliases?: readonly string[] },
): StreamContract<I, E> {
  return { kind: "stream", method: "GET", aliases: [], ...options };
}

/** Declares a download. */
export function download<I extends z.ZodType>(
  options: Omit<DownloadContract<I>, "kind" | "method" | "aliases"> & { aliases?: readonly string[] },
): DownloadContract<I> {
  return { kind: "download", method: "GET", aliases: [], ...options };
}

export type AnyContract = Contract<Method, z.ZodType, z.ZodType>;
export type AnyStream = StreamContract<z.ZodType, z.ZodType>;
export type AnyDownload = DownloadContract<z.ZodType>;

/** What a verb receives: the parsed input. */
export type InputOf<C> = C extends { input: infer I extends z.ZodType } ? z.output<I> : never;
/** What a caller sends: the input before defaults. */
export type CallOf<C> = C extends { input: infer I extends z.ZodType } ? z.input<I> : never;
/** What a verb returns (before the contract strips what is not declared). */
export type OutputOf<C> = C extends { output: infer O extends z.ZodType } ? z.output<O> : never;

/** Names of the `{param}` segments of a path, in order. */
export function pathParams(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
}
