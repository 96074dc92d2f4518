/** Partial changes: what is left out stays as it is (the earlier system reset it). */
import { z } from "zod";

type Unwrapped<S> =
  S extends z.ZodDefault<infer T> ? Unwrapped<T> : S extends z.ZodPrefault<infer T> ? Unwrapped<T> : S;
type PatchShape<Shape extends z.ZodRawShape> = { [K in keyof Shape]: z.ZodOptional<Unwrapped<Shape[K]>> };

/** The object with every key optional and no default filled in: `undefined` means "do not touch". */
export function patchOf<Shape extends z.ZodRawShape>(object: z.ZodObject<Shape>): z.ZodObject<PatchShape<Shape>> {
  const shape: Record<string, z.ZodType> = {};
  for (const [key, schema] of Object.entries(object.shape)) {
    let inner = schema as z.ZodType;
    while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      inner = inner.unwrap() as z.ZodType;
    }
    shape[key] = inner.optional();
  }
  return z.object(shape) as unknown as z.ZodObject<PatchShape<Shape>>;
}
