/** How far a cloning of several templates is. */
export type CloneProgress = {
  done: readonly string[];
  failed: readonly { slug: string; error: unknown }[];
  total: number;
};

/** Clones one after the other, so that each failure is told by itself and the others are not lost. */
export async function cloneMany(
  slugs: readonly string[],
  options: { clone: (slug: string) => Promise<unknown>; onProgress: (progress: CloneProgress) => void },
): Promise<CloneProgress> {
  let progress: CloneProgress = { done: [], failed: [], total: slugs.length };
  options.onProgress(progress);
  for (const slug of slugs) {
    try {
      await options.clone(slug);
      progress = { ...progress, done: [...progress.done, slug] };
    } catch (error) {
      progress = { ...progress, failed: [...progress.failed, { slug, error }] };
    }
    options.onProgress(progress);
  }
  return progress;
}
