/** The `import` pipeline: notes about a repository, made from what the tools show; the same for every repository. */
import { completeStep } from "../outputs.ts";
import { excerpt, latest, type Playbook, readOf, type Script } from "../playbook.ts";
import type { Scene } from "../scene.ts";
import { bash, lookAround, use } from "./shared.ts";

const pipeline = /^import$/;
const mark = "_Scripted notes of the demo model: lists and counts are real, judgement needs a real model._";

const survey: Script = {
  text: "I count what is here and look for manifests, tests and CI.",
  calls: [
    bash("git ls-files | sed 's/.*\\.//' | sort | uniq -c | sort -rn | head -n 15"),
    bash("ls -a .github/workflows .gitlab-ci.yml .ci 2>/dev/null || echo 'no CI configuration found'"),
    bash("git ls-files | grep -iE '(test|spec)' | head -n 40 || true"),
  ],
};

function files(scene: Scene): string {
  return excerpt(latest(scene, "ls")?.content ?? "", 2000) || "(empty)";
}

function bashResult(scene: Scene, part: string): string {
  const result = scene.results.findLast((each) => each.name === "bash" && String(each.args.command).includes(part));
  return excerpt(result?.content ?? "", 2000) || "(nothing)";
}

function notes(options: { path: string; key: string; content: (scene: Scene) => string; more?: OutputsOf }): Script[] {
  return [
    (scene) => ({
      text: `I write the notes to ${options.path}.`,
      calls: [use("write", { path: options.path, content: options.content(scene) })],
    }),
    (scene) =>
      completeStep(scene, {
        text: "The notes are written.",
        outputs: { [options.key]: options.content(scene), ...options.more?.(scene) },
      }),
  ];
}
type OutputsOf = (scene: Scene) => Record<string, string>;

const fence = (text: string) => `\`\`\`\n${text}\n\`\`\``;

const inventory = notes({
  path: "docs/import/inventory.md",
  key: "file_inventory",
  content: (scene) =>
    `# Inventory\n\n${mark}\n\n## Top level\n${fence(files(scene))}\n\n## Files by extension\n${fence(bashResult(scene, "uniq -c"))}\n`,
  more: (scene) => {
    const isNode = /"name"\s*:/.test(readOf(scene, "package.json"));
    return {
      tech_stack_json: JSON.stringify({
        languages: isNode ? ["JavaScript"] : [],
        frameworks: [],
        databases: [],
        tools: isNode ? ["npm"] : [],
      }),
      ci_config_summary: bashResult(scene, ".github"),
    };
  },
});

const architecture = notes({
  path: "docs/import/architecture.md",
  key: "architecture_notes",
  content: (scene) => `# Architecture\n\n${mark}\n\n## Tracked files\n${fence(bashResult(scene, "git log"))}\n`,
});

const quality = notes({
  path: "docs/import/quality.md",
  key: "quality_report",
  content: (scene) =>
    `# Quality\n\n${mark}\n\n## Tests found\n${fence(bashResult(scene, "test|spec"))}\n\n## CI\n${fence(bashResult(scene, ".github"))}\n`,
});

const firstTasks = [
  {
    title: "Make set-up one command",
    description: "Follow the README in a clean copy and remove every stumble.",
    priority: "P1",
  },
  {
    title: "Run the tests in CI",
    description: "Run the existing tests on every push and show the result.",
    priority: "P1",
  },
  {
    title: "Cover the main path",
    description: "Add one test that runs the main path from input to output.",
    priority: "P2",
  },
].map((task) => ({ ...task, tags: ["import"], estimatedHours: 8, dependencies: [] }));

const roadmap = notes({
  path: "docs/import/roadmap.md",
  key: "roadmap_summary",
  content: () =>
    `# First plan\n\n${mark}\n\n${firstTasks.map((task, index) => `${index + 1}. **${task.title}** (${task.priority}): ${task.description}`).join("\n")}\n`,
  more: () => ({ tasks_json: JSON.stringify(firstTasks) }),
});

function playbook(step: string, ending: Script[]): Playbook {
  return {
    id: `import.${step}`,
    when: { pipeline, step: new RegExp(`^${step}$`) },
    turns: [lookAround, survey, ...ending],
  };
}

export const importRepository: Playbook[] = [
  playbook("INVENTORY", inventory),
  playbook("ARCHITECTURE", architecture),
  playbook("QUALITY", quality),
  playbook("ROADMAP", roadmap),
];
