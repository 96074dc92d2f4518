// JavaScript, not TypeScript: only to read this, the running server would load the compiler of Next, some 40 MB.

/** Headers of every answer. The Content-Security-Policy needs a nonce per request, so proxy.ts sets it for pages. */
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
];

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  // Lists of the API end in a slash; both forms are served, none is redirected.
  skipTrailingSlashRedirect: true,
  reactStrictMode: true,
  transpilePackages: [
    "@djinnbot/api",
    "@djinnbot/client",
    "@djinnbot/config",
    "@djinnbot/contracts",
    "@djinnbot/core",
    "@djinnbot/db",
    "@djinnbot/events",
    "@djinnbot/ui",
  ],
  serverExternalPackages: [
    "@node-rs/argon2",
    "@prisma/adapter-pg",
    "@prisma/client",
    "ioredis",
    "pg",
    "pino",
    "prom-client",
    "proxy-chain",
  ],
  // Types are checked once for the whole repository by `npm run verify`.
  typescript: { ignoreBuildErrors: true },
  // Addresses of event streams may carry a token of an older client.
  logging: { incomingRequests: { ignore: [/^\/v1\//] } },
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

export default config;
