/** The demo model: a stand-in for a model provider that replays playbooks, served by whoever starts it. */
export { defaultModel, demoModels } from "./models.ts";
export type { LoggedRequest } from "./request-log.ts";
export { type DemoModel, startDemoModel } from "./server.ts";
