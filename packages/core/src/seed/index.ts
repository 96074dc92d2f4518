/** What an installation starts with: the catalogue, prices, the platform's providers and the demo tenant. */

export { seedPrices } from "../gateway/prices.ts";
export { type PlatformProvider, seedPlatformProviders } from "../system/seed-platform.ts";
export { seedAgentTemplates, seedPipelines } from "./catalogue.ts";
export { type DemoAccount, seedDemoTenant } from "./demo-tenant.ts";
