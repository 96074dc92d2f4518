/** What to type to use the bundle of a run. */

type Bundle = {
  runId: string;
  branch: string;
  /** The repository was begun by the run, so nobody has a clone of it. */
  fresh: boolean;
};

/** The lines, to be typed where the file is: into a clone of the repository, or as a clone of the file. */
export function commandsFor({ runId, branch, fresh }: Bundle): string {
  const file = `${runId}.bundle`;
  return fresh ? `git clone --branch ${branch} ${file}` : `git fetch ${file} ${branch}:${branch}\ngit switch ${branch}`;
}
