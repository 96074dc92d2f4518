import type { DefaultModel } from "../settings/models.ts";
import type { PartState } from "./verdict.ts";

/** The model that work runs on, as a part of the system. */
export function modelPart(found: DefaultModel): PartState {
  const name = "Model";
  if (found.kind === "none") {
    return { name, value: "None", state: "danger", remedy: "Choose a default model under Settings → Providers." };
  }
  if (found.kind === "chosen" && found.provider === undefined) {
    const remedy = "Its provider has no key or is switched off. See Settings → Providers.";
    return { name, value: found.model, state: "danger", remedy };
  }
  if (found.provider?.isDemo) {
    return { name, value: "Demo model — scripted replies", state: "ok", remedy: null };
  }
  const value = found.kind === "chosen" ? found.model : `${found.provider.name} (offered by the platform)`;
  return { name, value, state: "ok", remedy: null };
}
