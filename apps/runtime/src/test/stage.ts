/** What every test of whole steps needs: the engine's side, a scripted model, and that both end with the test. */
import type {} from "@djinnbot/testing/provided";
import { Redis } from "ioredis";
import { afterEach, beforeEach, inject } from "vitest";
import { EngineSide } from "./engine-side.ts";
import { type ScriptedModel, startScriptedModel } from "./scripted-model.ts";

export function useStage() {
  const closing: (() => Promise<void>)[] = [];
  const stage = {
    closing,
    redis: undefined as unknown as Redis,
    /** Without a started runtime. */
    engineSide: (apiUrl: string): EngineSide => {
      const side = new EngineSide({ redis: stage.redis, redisUrl: inject("services").redisUrl, apiUrl });
      closing.push(() => side.close());
      return side;
    },
    play: async (
      ...scripts: Parameters<typeof startScriptedModel>[0]
    ): Promise<{ side: EngineSide; model: ScriptedModel }> => {
      const model = await startScriptedModel(scripts);
      const side = stage.engineSide(model.url);
      closing.push(model.close);
      side.start();
      return { side, model };
    },
  };
  beforeEach(() => {
    stage.redis = new Redis(inject("services").redisUrl);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) {
      await close();
    }
    stage.redis.disconnect();
  });
  return stage;
}
