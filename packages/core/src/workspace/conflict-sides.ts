/** The sides of a file in conflict, as text. */
import { Fault } from "@djinnbot/contracts";
import type { BareGit } from "../git/index.ts";
import { type Conflict, mergeCommits, type Side } from "./conflicts.ts";
import type { Repo } from "./repo.ts";
import { assertShowable, readText } from "./text.ts";
import { findEntry, readBlob } from "./tree.ts";

/** The conflict of one file, and the file as git writes it. */
export async function conflictOrFault(repo: Repo, path: string): Promise<{ conflict: Conflict; markers: string }> {
  const merged = repo.target === null ? null : await mergeCommits(repo.git, repo.target.tip, repo.head);
  const conflict = merged?.conflicts.find((one) => one.path === path);
  if (!merged || !conflict) {
    throw new Fault("NOT_FOUND", "That file has no conflict.");
  }
  const entry = await findEntry(repo.git, merged.tree, path);
  if (entry === null || entry.type !== "blob") {
    return { conflict, markers: "" };
  }
  assertShowable(entry.size);
  return { conflict, markers: readText(await readBlob(repo.git, entry.hash)) ?? "" };
}

export interface SideText {
  text: string | null;
  binary: boolean;
}

/** `text` is null where the side has no such file, or what it has is not text. */
export async function readSide(git: BareGit, side: Side | null): Promise<SideText> {
  if (side === null) {
    return { text: null, binary: false };
  }
  if (side.mode === "160000") {
    return { text: null, binary: true };
  }
  assertShowable(Number(await git.line(["cat-file", "-s", side.hash])));
  const text = readText(await readBlob(git, side.hash));
  return { text, binary: text === null };
}
