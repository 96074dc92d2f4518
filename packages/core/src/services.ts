/** How a verb reaches another noun: one type, two transports (in this process now; HTTP when the service lives elsewhere). */
import type { CallOf, Contracts, OutputOf } from "@djinnbot/contracts";

/** `ctx.services.<noun>.<verb>(input)`: parses input and output by the contract, checks the scope, runs the verb. */
export type Services = {
  [Noun in keyof Contracts]: {
    [Verb in keyof Contracts[Noun]]: (input: CallOf<Contracts[Noun][Verb]>) => Promise<OutputOf<Contracts[Noun][Verb]>>;
  };
};
