/** Global rows from disk: pipelines and agent templates. Idempotent; what is gone from disk goes from the catalogue. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AgentConfig, newId, personaFiles, Slug } from "@djinnbot/contracts";
import type { SystemDb } from "@djinnbot/db/system";
import { parse } from "yaml";
import { z } from "zod";
import { parsePipeline } from "../pipeline-language/index.ts";

/** `agent.yml` of a template; its other keys, in snake case, are the configuration. */
const TemplateFile = z.looseObject({
  slug: Slug,
  name: z.string().min(1),
  emoji: z.string().nullable().default(null),
  role: z.string().nullable().default(null),
  description: z.string().default(""),
  stage: z.string().nullable().default(null),
});

/** Reads `*.yml` of `dir` into global pipelines. Throws when one does not validate: a broken bundle must not ship. */
export async function seedPipelines(system: SystemDb, dir: string): Promise<number> {
  const files = (await readdir(dir)).filter((name) => name.endsWith(".yml")).sort();
  const slugs: string[] = [];
  for (const file of files) {
    const yamlContent = await readFile(join(dir, file), "utf8");
    const { document, problems } = parsePipeline(yamlContent);
    if (document === null) {
      throw new Error(`${file}: ${problems.map((problem) => `${problem.line}: ${problem.message}`).join("; ")}`);
    }
    const now = Date.now();
    const data = {
      name: document.name,
      description: document.description ?? "",
      version: document.version,
      yamlContent,
      isGlobal: true,
      file,
    };
    slugs.push(document.id);
    const found = await system.prisma.pipeline.findFirst({ where: { tenantId: null, slug: document.id } });
    if (!found) {
      await system.prisma.pipeline.create({
        data: { id: newId("pipeline"), slug: document.id, ...data, createdAt: now, updatedAt: now },
      });
    } else if (found.yamlContent !== yamlContent) {
      await system.prisma.pipeline.update({ where: { id: found.id }, data: { ...data, updatedAt: now } });
    }
  }
  await system.prisma.pipeline.deleteMany({ where: { tenantId: null, slug: { notIn: slugs } } });
  return slugs.length;
}

/** Reads every folder of `dir` into the agent catalogue. */
export async function seedAgentTemplates(system: SystemDb, dir: string): Promise<number> {
  const folders = (await readdir(dir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const slugs: string[] = [];
  for (const folder of folders) {
    const template = await readTemplate(join(dir, folder));
    slugs.push(template.slug);
    const now = Date.now();
    const data = { ...template, sortOrder: sortOrder(template.slug), updatedAt: now };
    const found = await system.prisma.agentTemplate.findFirst({ where: { tenantId: null, slug: template.slug } });
    if (found) {
      await system.prisma.agentTemplate.update({ where: { id: found.id }, data });
    } else {
      await system.prisma.agentTemplate.create({ data: { id: newId("agentTemplate"), ...data, createdAt: now } });
    }
  }
  await system.prisma.agentTemplate.deleteMany({ where: { tenantId: null, slug: { notIn: slugs } } });
  return slugs.length;
}

/** Those that software teams start with come first. */
const order = ["architect", "engineer", "tester", "product-owner", "ux-designer", "reliability", "devex", "assistant"];
function sortOrder(slug: string): number {
  const at = order.indexOf(slug);
  return at < 0 ? order.length : at;
}

async function readTemplate(dir: string) {
  const { slug, name, emoji, role, description, stage, ...rest } = TemplateFile.parse(
    parse(await readFile(join(dir, "agent.yml"), "utf8")),
  );
  if (slug !== basename(dir)) {
    throw new Error(`${dir}: the folder must be named like the slug "${slug}"`);
  }
  const camel = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
  const files: Record<string, string> = {};
  for (const file of personaFiles) {
    const text = await readFile(join(dir, file), "utf8").catch(() => null);
    if (text !== null) {
      files[file] = text;
    }
  }
  return { slug, name, emoji, role, description, stage, files, configJson: AgentConfig.parse(camel) };
}
