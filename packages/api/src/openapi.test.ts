import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "./openapi.ts";
import { operations } from "./routes.ts";

const document = openApiDocument() as {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, unknown> };
};

describe("openapi.json", () => {
  it("is the committed one (npm run openapi -w @djinnbot/api writes it)", async () => {
    const committed = await readFile(join(import.meta.dirname, "..", "openapi.json"), "utf8");
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it("describes every operation once", () => {
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map((item) => item.operationId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !id.includes(".alias")).sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  it("refers only to what it has", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
    expect(refs.length).toBeGreaterThan(0);
    for (const ref of new Set(refs)) {
      expect(document.components.schemas).toHaveProperty([ref?.replace("#/components/schemas/", "") ?? ""]);
    }
  });

  it("uses the names of the wire", () => {
    const run = document.components.schemas.RunRow as { properties: Record<string, unknown> };
    expect(Object.keys(run.properties)).toContain("pipeline_id");
    expect(JSON.stringify(document.paths["/v1/runs/"]?.post)).toContain('"pipeline_id"');
    expect(JSON.stringify(document.paths["/v1/settings/providers/{providerId}"]?.put)).toContain('"apiKey"');
  });
});
