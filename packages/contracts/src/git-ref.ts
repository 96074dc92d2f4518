/** Names of branches and tags. */
import { z } from "zod";

/**
 * What `git check-ref-format --branch` refuses; characters that nobody sees; the form of `git describe`, which git reads as a commit;
 * and `run`, beside which no branch of a run can be.
 */
const refused =
  /[\p{Cc}\p{Cf} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|[/.]$|\.lock(\/|$)|^(@|HEAD|run)$|-\d+-g[0-9a-f]{4,64}$/u;

/** The name of a branch or tag, without `refs/heads/`: what git allows, so that it never reads as a revision or an option. */
export const GitRefName = z
  .string()
  .min(1)
  .max(200)
  .refine((name) => !refused.test(name), "cannot be the name of a branch or tag");
