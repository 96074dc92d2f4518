/** Which service owns which noun (DESIGN 2): a verb never touches another service's tables. */
export const serviceNames = [
  "auth-svc",
  "project-svc",
  "agent-svc",
  "memory-svc",
  "engine-svc",
  "sse-relay",
  "webhook-gw",
  "slack-svc",
  "mcp-svc",
] as const;
export type ServiceName = (typeof serviceNames)[number];
