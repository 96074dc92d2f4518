/** Lists: cursor pages, `limit` at most 200 (DESIGN 5). */
import { z } from "zod";

export const PageInput = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** Opaque; the `nextCursor` of the previous page. */
  cursor: z.string().max(512).optional(),
});
export type PageInput = z.infer<typeof PageInput>;

/** Schema of one page of `item`s; `nextCursor` is null on the last page. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
