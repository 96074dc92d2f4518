/** Git as a program: one configuration of ours, argument arrays only. */
export { type BareAnswer, type BareGit, type BareOptions, openBare } from "./bare.ts";
export { createGit, type Git, GitError, type GitOptions } from "./git.ts";
