// The test projects: pure units, integration on real servers, the launcher itself, and workloads on a real Docker engine.
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

const exclude = [...configDefaults.exclude, "**/.next/**", "**/.data/**", "**/e2e/**", "bench/**"];
const rooms = [
  "packages/*/src",
  "apps/*/src",
  "apps/*/{app,lib,features,components}",
  "scripts/gen",
  "scripts/checks",
  "tooling",
];
const inRooms = (pattern: string) => rooms.map((room) => `${room}/**/${pattern}`);

// How long `expect.poll` waits for what must come, where a test gives no bound of its own: one second is too little on a busy machine.
const expect = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    // Most files wait for processes and servers half of their time; by itself vitest would leave one of two cores idle.
    maxWorkers: 2,
    projects: [
      {
        // The web app's own short name for its sources.
        resolve: { alias: { "@": join(import.meta.dirname, "apps/web/src") } },
        test: {
          name: "unit",
          expect,
          include: inRooms("*.test.{ts,tsx}"),
          exclude: [...exclude, "**/*.int.test.ts"],
          // What takes a second on its own takes ten on a busy machine; a test that hangs is found all the same.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "int",
          expect,
          include: inRooms("*.int.test.ts"),
          exclude: [...exclude, "**/*.docker.int.test.ts"],
          globalSetup: ["scripts/test/services.setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "docker",
          expect,
          include: inRooms("*.docker.int.test.ts"),
          exclude,
          globalSetup: ["scripts/test/services.setup.ts", "scripts/test/docker.setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "scripts",
          expect,
          include: ["scripts/{start,services,test}/**/*.test.ts"],
          exclude,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
