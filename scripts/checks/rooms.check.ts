// The rooms and who may import whom (DESIGN 2): package.json's dependencies are the allow-list, this table is the law.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fail, pass, rootDir, sourceFiles } from "./check.ts";

const ours = "@djinnbot/";
/** Rooms of ours that a room may depend on; tests and builds (devDependencies) may also use what `dev` names. */
const rooms: Record<string, { may: string[]; dev?: string[] }> = {
  contracts: { may: [] },
  config: { may: [] },
  events: { may: ["contracts", "config"] },
  db: { may: ["contracts", "config"] },
  core: { may: ["contracts", "config", "db", "events"] },
  api: { may: ["contracts", "core", "events", "config"] },
  client: { may: ["contracts"], dev: ["api", "events"] },
  ui: { may: [] },
  testing: { may: ["contracts", "config", "db", "events", "core", "api"] },
  web: { may: ["api", "contracts", "client", "ui", "config"], dev: ["testing"] },
  engine: { may: ["core", "api", "contracts", "events", "config"], dev: ["testing", "runtime", "db", "client"] },
  runtime: { may: ["contracts", "events", "config"], dev: ["testing"] },
};
/** External packages that belong to one kind of room only. */
const onlyIn: Record<string, string[]> = {
  "@prisma/client": ["db"],
  prisma: ["db"],
  pg: ["db", "testing"],
  ioredis: ["events", "testing"],
  dockerode: ["engine"],
  next: ["web"],
  ai: ["runtime", "testing"],
};

/** Rooms inside the engine, lowest first: a file imports from its own and from those before it. What lies in none is above all. */
const engineDir = "apps/engine/src/";
const engineRooms = [
  "lib",
  "workload",
  "workspace",
  "store",
  "transcript",
  "held",
  "agent",
  "waiting",
  "delegation",
  "run",
];

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}
const root = JSON.parse(readFileSync(join(rootDir, "package.json"), "utf8")) as Manifest;
/** Tools that tests of every room use. */
const rootTools = Object.keys(root.devDependencies ?? {});
const places = ["apps", "packages"].flatMap((group) =>
  readdirSync(join(rootDir, group)).map((name) => ({ name, dir: join(group, name) })),
);
const problems: string[] = [];
const graph = new Map<string, string[]>();

for (const place of places) {
  const room = rooms[place.name];
  if (!room) {
    problems.push(`${place.dir}: not in the table of rooms (scripts/checks/rooms.check.ts)`);
    continue;
  }
  const manifest = JSON.parse(readFileSync(join(rootDir, place.dir, "package.json"), "utf8")) as Manifest;
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const development = Object.keys(manifest.devDependencies ?? {});
  graph.set(
    place.name,
    dependencies.filter((name) => name.startsWith(ours)).map((name) => name.slice(ours.length)),
  );
  for (const name of dependencies) {
    const bare = name.startsWith(ours) ? name.slice(ours.length) : null;
    if (bare !== null && !room.may.includes(bare)) {
      problems.push(`${place.dir}/package.json: ${place.name} may not depend on ${name}`);
    }
    if (onlyIn[name] && !onlyIn[name].includes(place.name)) {
      problems.push(`${place.dir}/package.json: ${name} belongs into ${onlyIn[name].join(", ")}`);
    }
  }
  for (const name of development
    .filter((candidate) => candidate.startsWith(ours))
    .map((candidate) => candidate.slice(ours.length))) {
    if (![...room.may, ...(room.dev ?? []), "testing"].includes(name)) {
      problems.push(`${place.dir}/package.json: ${place.name} may not depend on ${ours}${name}, not even in tests`);
    }
  }
  checkImports(place, {
    always: new Set([...dependencies, manifest.name]),
    development: new Set(development),
  });
}

/** Every import names a dependency (in tests, and for types alone, a development dependency will do), and no relative import leaves its room. */
function checkImports(
  place: { name: string; dir: string },
  declared: { always: Set<string>; development: Set<string> },
): void {
  for (const file of sourceFiles(place.dir)) {
    for (const { specifier, line, typeOnly } of file.imports) {
      if (specifier.startsWith(".")) {
        const target = join(file.path, "..", specifier);
        if (!target.startsWith(`${place.dir}/`) && !isTest(file.path)) {
          problems.push(`${file.path}:${line}: import leaves the room (${specifier})`);
        }
        if (!isTest(file.path) && engineFloor(target) > engineFloor(file.path)) {
          problems.push(`${file.path}:${line}: ${target} is in a room above it`);
        }
      } else if (!specifier.startsWith("node:") && !specifier.startsWith("@/") && !specifier.startsWith("#")) {
        const name = specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/");
        const inTests = isTest(file.path) && (declared.development.has(name) || rootTools.includes(name));
        if (!declared.always.has(name) && !inTests && !(typeOnly && declared.development.has(name))) {
          problems.push(`${file.path}:${line}: ${name} is not among the dependencies of ${place.name}`);
        }
      }
    }
  }
}

function engineFloor(path: string): number {
  const [room = "", ...inside] = path.startsWith(engineDir) ? path.slice(engineDir.length).split("/") : [];
  const floor = engineRooms.indexOf(room);
  return inside.length > 0 && floor >= 0 ? floor : engineRooms.length;
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$|conformance|\/e2e\/|\/isolation\/|\/testing\/|\/test\/|\.config\.ts$/.test(path);
}

/** A circle between rooms, as a path; null when there is none. */
function circle(): string[] | null {
  const done = new Set<string>();
  const visit = (room: string, path: string[]): string[] | null => {
    if (path.includes(room)) {
      return [...path, room];
    }
    if (done.has(room)) {
      return null;
    }
    for (const next of graph.get(room) ?? []) {
      const found = visit(next, [...path, room]);
      if (found) {
        return found;
      }
    }
    done.add(room);
    return null;
  };
  for (const room of graph.keys()) {
    const found = visit(room, []);
    if (found) {
      return found;
    }
  }
  return null;
}
const found = circle();
if (found) {
  problems.push(`rooms go in a circle: ${found.join(" → ")}`);
}
if (problems.length > 0) {
  fail("rooms", problems);
}
pass(`rooms: ${places.length} rooms, imports follow the table, no circle`);
