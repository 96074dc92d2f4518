/** The model gateway: workloads reach models only through it, so that no key ever enters a workload. */
export { handleModelCall, type ModelCallRequest } from "./handle.ts";
export { findContextWindow, seedPrices } from "./prices.ts";
export { gatewayAuthorization } from "./wires.ts";
