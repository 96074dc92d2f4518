/** Verbs of the noun `settings`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { allProviderKeys } from "./all-keys.ts";
import { providerModels, testProvider } from "./ask-provider.ts";
import { getSettings } from "./get.ts";
import { listProviders } from "./providers.ts";
import { createCustomProvider, deleteProvider, putProvider } from "./put-provider.ts";
import { updateSettings } from "./update.ts";

export { readStepSettings, type StepSettings } from "./for-steps.ts";
export { readSettings } from "./get.ts";
export { findProvider } from "./provider-row.ts";

export const settingsVerbs: VerbsOf<Contracts["settings"]> = {
  get: getSettings,
  update: updateSettings,
  providers: listProviders,
  putProvider,
  createCustomProvider,
  deleteProvider,
  testProvider,
  providerModels,
  allKeys: allProviderKeys,
};
