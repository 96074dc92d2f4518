/** Asks the model within its window: makes room before it is full, and once when the provider says that it was not enough. */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { type Asked, ask } from "../model/ask.ts";
import { type CompactOptions, compact } from "./compact.ts";

const noImages = "[An image was here, but this model does not take images. Find another way to what you need from it.]";

export interface FittingOptions extends CompactOptions {
  /** The call with the conversation as it is now. */
  call: () => LanguageModelV4CallOptions;
}

export async function askFitting(options: FittingOptions): Promise<Asked> {
  const { conversation, window, command, signal, narrator } = options;
  const { modelId } = command.model;
  const chars = () => conversation.chars() + options.fixedChars;
  if (window.tokens(chars()) > window.budget && !(await compact(options, "window"))) {
    return { aborted: true };
  }
  for (let isShorter = false; ; ) {
    const sent = chars();
    const asked = await ask({
      model: options.model,
      call: options.call(),
      signal,
      deadlineAt: command.deadlineAt,
      narrator,
    });
    if ("turn" in asked) {
      window.correct(sent, asked.turn.inputTokens);
      return asked;
    }
    if ("aborted" in asked) {
      return asked;
    }
    const { objection } = asked;
    if (objection?.kind === "tooLong" && !isShorter) {
      isShorter = true;
      window.refused(sent, objection.window);
      conversation.windows.set(modelId, window.size);
      if (!(await compact(options, "refused"))) {
        return { aborted: true };
      }
    } else if (objection?.kind === "images" && conversation.dropImages(noImages)) {
      conversation.blind.add(modelId);
    } else {
      return asked;
    }
  }
}
