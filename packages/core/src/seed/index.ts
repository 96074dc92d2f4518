/** What an installation starts with: the catalogue, prices, the platform's providers and the demo tenant. */
export { seedAgentTemplates, seedPipelines } from "./catalogue.ts";
export { type DemoAccount, seedDemoTenant } from "./demo-tenant.ts";
