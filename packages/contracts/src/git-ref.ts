/** Names of branches and tags. */
import { z } from "zod";

/** What `git check-ref-format` refuses, and a dash in front, which programs take for an option. */
const refused = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|[/.]$|\.lock(\/|$)|^@$/u;

/** The name of a branch or tag, without `refs/heads/`: what git allows, so that it never reads as a revision or an option. */
export const GitRefName = z
  .string()
  .min(1)
  .max(200)
  .refine((name) => !refused.test(name), "is not a name that git allows for a branch or tag");
