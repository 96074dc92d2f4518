/** Sign-up, sign-in, tokens and API keys (auth-svc). Shapes of the earlier system, plus the tenant. */
import { z } from "zod";
import { contract } from "./contract.ts";
import { ApiKeyId, EpochMs, Name, TenantId, UserId } from "./id.ts";
import { Scope } from "./scope.ts";

export const Role = z.enum(["owner", "admin", "member"]);
export type Role = z.infer<typeof Role>;

/** Lower-cased and trimmed, at most 254 characters. */
export const Email = z
  .string()
  .trim()
  .max(254)
  .transform((text) => text.normalize("NFKC").toLowerCase())
  .pipe(z.email("not an e-mail address"));
/** At least 8 characters (as the earlier system), at most 256 so that hashing stays cheap. */
export const Password = z.string().min(8, "at least 8 characters").max(256);

export const User = z.object({
  id: UserId,
  tenantId: TenantId,
  email: z.string(),
  displayName: z.string().nullable(),
  role: Role,
  isAdmin: z.boolean(),
  totpEnabled: z.boolean(),
  slackId: z.string().nullable(),
});
export type User = z.infer<typeof User>;

export const Tokens = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal("Bearer"),
  /** Seconds until the access token ends. */
  expiresIn: z.int(),
  user: User,
});
export type Tokens = z.infer<typeof Tokens>;

export const ApiKey = z.object({
  id: ApiKeyId,
  name: z.string(),
  keyPrefix: z.string(),
  scopes: z.array(Scope),
  isServiceKey: z.boolean(),
  isActive: z.boolean(),
  expiresAt: EpochMs.nullable(),
  lastUsedAt: EpochMs.nullable(),
  createdAt: EpochMs,
});
export type ApiKey = z.infer<typeof ApiKey>;

const base = { service: "auth-svc", wire: "camel" } as const;

export const auth = {
  status: contract({
    ...base,
    method: "GET",
    path: "/v1/auth/status",
    scope: "public",
    summary: "Whether sign-in is on and the first account exists",
    input: z.object({}),
    output: z.object({
      authEnabled: z.boolean(),
      setupComplete: z.boolean(),
      oidcProviders: z.array(z.object({ id: z.string(), slug: z.string(), name: z.string() })),
    }),
  }),
  register: contract({
    ...base,
    method: "POST",
    path: "/v1/auth/register",
    scope: "public",
    status: 201,
    authLimited: true,
    summary: "Sign up: creates a tenant and its owner",
    input: z.object({ email: Email, password: Password, displayName: Name.optional(), tenantName: Name.optional() }),
    output: Tokens,
    faults: ["CONFLICT"],
  }),
  setup: contract({
    ...base,
    method: "POST",
    path: "/v1/auth/setup",
    scope: "public",
    status: 201,
    authLimited: true,
    summary: "Create the very first account of an installation",
    input: z.object({ email: Email, password: Password, displayName: Name.optional(), tenantName: Name.optional() }),
    output: Tokens,
    faults: ["CONFLICT"],
  }),
  login: contract({
    ...base,
    method: "POST",
    path: "/v1/auth/login",
    scope: "public",
    authLimited: true,
    summary: "Sign in with e-mail and password",
    input: z.object({ email: Email, password: z.string().min(1).max(256) }),
    output: Tokens,
    faults: ["UNAUTHENTICATED", "FORBIDDEN"],
  }),
  refresh: contract({
    ...base,
    method: "POST",
    path: "/v1/auth/refresh",
    scope: "public",
    summary: "Exchange a refresh token for new tokens; replaying a used one ends the whole sign-in",
    input: z.object({ refreshToken: z.string().min(1).max(512) }),
    output: Tokens,
    faults: ["UNAUTHENTICATED"],
  }),
  logout: contract({
    ...base,
    method: "POST",
    path: "/v1/auth/logout",
    scope: "self:read",
    summary: "End this sign-in and its refresh tokens",
    input: z.object({ refreshToken: z.string().max(512).optional() }),
    output: z.object({ status: z.literal("ok") }),
  }),
  me: contract({
    ...base,
    method: "GET",
    path: "/v1/auth/me",
    scope: "self:read",
    summary: "Who is calling",
    input: z.object({}),
    output: z.object({
      id: z.string(),
      tenantId: TenantId,
      email: z.string().nullable(),
      displayName: z.string().nullable(),
      role: Role.nullable(),
      isAdmin: z.boolean(),
      isService: z.boolean(),
      totpEnabled: z.boolean(),
      slackId: z.string().nullable(),
      scopes: z.array(Scope),
    }),
  }),
  updateProfile: contract({
    ...base,
    method: "PUT",
    path: "/v1/users/me/profile",
    scope: "self:read",
    summary: "Change one's own display name or password",
    input: z.object({
      displayName: Name.optional(),
      currentPassword: z.string().max(256).optional(),
      newPassword: Password.optional(),
    }),
    output: User,
    faults: ["FORBIDDEN", "NOT_FOUND"],
  }),
};

export const apiKeys = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/auth/api-keys",
    scope: "keys:read",
    summary: "API keys of the tenant that the caller made",
    input: z.object({}),
    output: z.array(ApiKey),
  }),
  create: contract({
    ...base,
    method: "POST",
    path: "/v1/auth/api-keys",
    scope: "keys:write",
    status: 201,
    summary: "Create an API key; the key itself is shown only in this answer",
    input: z.object({
      name: Name,
      expiresInDays: z.int().min(1).max(3650).optional(),
      /** Left out: all scopes of the creator. */
      scopes: z.array(Scope).min(1).max(32).optional(),
    }),
    output: ApiKey.extend({ key: z.string() }),
    faults: ["FORBIDDEN"],
  }),
  revoke: contract({
    ...base,
    method: "DELETE",
    path: "/v1/auth/api-keys/{keyId}",
    scope: "keys:write",
    summary: "Revoke an API key at once",
    input: z.object({ keyId: ApiKeyId }),
    output: z.object({ status: z.literal("revoked") }),
    faults: ["NOT_FOUND"],
  }),
};
