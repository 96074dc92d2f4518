/** Git as a program: one configuration of ours, argument arrays only. */
export { type BareAnswer, type BareGit, type BareOptions, openBare } from "./bare.ts";
export { createGit, type Git } from "./git.ts";
export { GitError, type GitOptions } from "./run-git.ts";
export { TenantPlaces } from "./tenant-places.ts";
