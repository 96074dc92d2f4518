/** The models the server offers. */
import { faultModels } from "./faults.ts";
import { brokenJsonModel, noFormatModel } from "./json-answer.ts";

export const defaultModel = "demo-agent";

/** All model ids; `demo-slow-<seconds>` is understood besides. */
export const demoModels: readonly string[] = [
  defaultModel,
  "demo-noop",
  "demo-slow",
  "demo-call",
  "demo-missing-output",
  "demo-loop",
  "demo-big-output",
  "demo-escape",
  "demo-review-twice",
  noFormatModel,
  brokenJsonModel,
  ...faultModels,
];

export function isDemoModel(id: string): boolean {
  return demoModels.includes(id) || /^demo-slow-\d{1,4}$/.test(id);
}

/** The body of `GET /v1/models`. */
export function modelList() {
  return { object: "list", data: demoModels.map((id) => ({ id, object: "model", created: 0, owned_by: "demo" })) };
}
