/** A model call's body as the gateway reads it before anything is asked. */
import type { ProviderWire } from "@djinnbot/contracts";
import { parseModelRequest } from "../request.ts";

export function parse(wire: ProviderWire, fields: object, model = "m") {
  const isGoogle = wire === "google";
  const body = Buffer.from(JSON.stringify(isGoogle ? fields : { model, ...fields }));
  return parseModelRequest(body, { wire, addUsage: false, pathModel: isGoogle ? model : null });
}
