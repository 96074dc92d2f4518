/** Field names on REST: converts between the contracts' camelCase and a noun's wire casing, led by the schema. */
import type { z } from "zod";

export type Wire = "snake" | "camel";
/** `in` reads a request, `out` writes an answer. */
export type Direction = "in" | "out";

type Convert = (value: unknown) => unknown;
/** A compiled converter; null means that nothing below the schema changes. */
type Compiled = Convert | null;
interface Field {
  from: string;
  to: string;
  convert: Compiled;
  /** The field may be left out but not be null: earlier clients send null for "nothing". */
  dropsNull: boolean;
}
interface Def {
  type: string;
  [name: string]: unknown;
}

const defOf = (schema: z.ZodType) => schema._zod.def as unknown as Def;

/** `createdAt` → `created_at`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
/** The name of a contract's field on the wire. */
export function wireName(name: string, wire: Wire): string {
  return wire === "snake" ? snakeCase(name) : name;
}

/** A request's value with the contract's field names. The contracts' own (camelCase) names are accepted too. */
export function fromWire(schema: z.ZodType, value: unknown, wire: Wire): unknown {
  const convert = compilers[wire].in.of(schema);
  return convert ? convert(value) : value;
}
/** An answer's value with the wire's field names. Keys and values of free-form JSON stay as they are. */
export function toWire(schema: z.ZodType, value: unknown, wire: Wire): unknown {
  const convert = compilers[wire].out.of(schema);
  return convert ? convert(value) : value;
}

/** Turns schemas into converters, each once per process. */
function compiler(wire: Wire, direction: Direction) {
  const done = new WeakMap<z.ZodType, Compiled>();
  const busy = new WeakSet<z.ZodType>();

  function of(schema: z.ZodType): Compiled {
    const known = done.get(schema);
    if (known !== undefined) {
      return known;
    }
    if (busy.has(schema)) {
      // A schema that holds itself: look the finished converter up when it is used.
      return (value) => done.get(schema)?.(value) ?? value;
    }
    busy.add(schema);
    const compiled = compile(schema);
    done.set(schema, compiled);
    return compiled;
  }

  function compile(schema: z.ZodType): Compiled {
    const def = defOf(schema);
    switch (def.type) {
      case "object":
        return object(def.shape as Record<string, z.ZodType>);
      case "array":
        return list(of(def.element as z.ZodType));
      case "tuple":
        return tuple((def.items as z.ZodType[]).map(of));
      case "record":
        return record(of(def.valueType as z.ZodType));
      case "union":
        return union(def);
      case "intersection":
        return chain(of(def.left as z.ZodType), of(def.right as z.ZodType));
      case "pipe":
        return of((direction === "in" ? def.in : def.out) as z.ZodType);
      case "lazy":
        return of((def.getter as () => z.ZodType)());
      default:
        return def.innerType ? of(def.innerType as z.ZodType) : null;
    }
  }

  function object(shape: Record<string, z.ZodType>): Compiled {
    const fields = Object.entries(shape).map(([name, schema]): Field => {
      const outer = wireName(name, wire);
      return {
        from: direction === "in" ? outer : name,
        to: direction === "in" ? name : outer,
        convert: of(schema),
        dropsNull: direction === "in" && dropsNull(schema),
      };
    });
    if (fields.every((field) => field.from === field.to && !field.convert && !field.dropsNull)) {
      return null;
    }
    return objectConverter(new Map(fields.map((field) => [field.from, field])));
  }

  function union(def: Def): Compiled {
    const options = (def.options as z.ZodType[]).map((schema) => ({ schema, convert: of(schema) }));
    if (options.every((option) => option.convert === null)) {
      return null;
    }
    return (value) => {
      for (const { schema, convert } of options) {
        const candidate = convert ? convert(value) : value;
        // An answer is matched as it is, a request as the contract will see it.
        if (schema.safeParse(direction === "in" ? candidate : value).success) {
          return candidate;
        }
      }
      return value;
    };
  }

  return { of };
}

function objectConverter(fields: ReadonlyMap<string, Field>): Convert {
  return (value) => {
    if (!isRecord(value)) {
      return value;
    }
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const field = fields.get(key);
      const item = value[key];
      if (!field) {
        // The contract's own name, or one it does not know; the wire's name wins when both are there.
        if (!Object.hasOwn(out, key)) {
          out[key] = item;
        }
      } else if (!(item === null && field.dropsNull)) {
        out[field.to] = field.convert ? field.convert(item) : item;
      }
    }
    return out;
  };
}

function list(item: Compiled): Compiled {
  return item && ((value) => (Array.isArray(value) ? value.map(item) : value));
}
function tuple(items: readonly Compiled[]): Compiled {
  if (items.every((item) => item === null)) {
    return null;
  }
  return (value) => (Array.isArray(value) ? value.map((entry, at) => items[at]?.(entry) ?? entry) : value);
}
function record(item: Compiled): Compiled {
  return (
    item &&
    ((value) =>
      isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item(entry)])) : value)
  );
}
function chain(left: Compiled, right: Compiled): Compiled {
  return left && right ? (value) => right(left(value)) : (left ?? right);
}
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function dropsNull(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success && !schema.safeParse(null).success;
}

const compilers = {
  snake: { in: compiler("snake", "in"), out: compiler("snake", "out") },
  camel: { in: compiler("camel", "in"), out: compiler("camel", "out") },
} as const satisfies Record<Wire, Record<Direction, ReturnType<typeof compiler>>>;
