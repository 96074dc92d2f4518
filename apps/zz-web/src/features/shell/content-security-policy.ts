// The mode is a constant of the build, not of the environment the server runs in.
// biome-ignore lint/style/noProcessEnv: replaced by the bundler
const development = process.env.NODE_ENV === "development";

/**
 * The policy of a page. Scripts need the nonce; React's development mode alone also needs eval. Styles may be inline
 * because Radix and the editor place elements by style attributes. Images of other hosts are refused: a picture in
 * an agent's answer would carry data out.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
