/** The `test-sandbox` pipeline: what the tools of a workload really answer, handed over as it is. */
import { completeStep } from "../outputs.ts";
import { excerpt, latest, type Playbook, type Script, type ToolUse } from "../playbook.ts";
import { bash } from "./shared.ts";

const pipeline = /^test-sandbox$/;

const languages = bash(
  'for each in "node --version" "python3 --version" "go version" "git --version" "cc --version"; do $each 2>/dev/null | head -n 1; done; true',
);
const persistence = bash("date -u +%FT%TZ > sandbox.txt; cat sandbox.txt");
const isolation = bash(
  'echo "kept: $(cat sandbox.txt)"; echo "above: $(ls .. 2>&1 | tr "\\n" " ")"; echo "processes: $(ls /proc | grep -c "^[0-9]")"; ' +
    'echo "keys: $(env | cut -d= -f1 | grep -icE "key|secret|token|password")"',
);

const handOver =
  (key: string): Script =>
  (scene) =>
    completeStep(scene, {
      text: "This is what the workload answered.",
      outputs: { [key]: excerpt(latest(scene, "bash")?.content ?? "", 3000) || "(nothing was printed)" },
    });

function step(name: string, call: ToolUse, key: string): Playbook {
  return {
    id: `test-sandbox.${name}`,
    when: { pipeline, step: new RegExp(`^${name}$`) },
    turns: [{ text: "I try it.", calls: [call] }, handOver(key)],
  };
}

export const testSandbox: Playbook[] = [
  step("LANGUAGES", languages, "languages"),
  step("PERSISTENCE", persistence, "persistence"),
  step("ISOLATION", isolation, "isolation"),
];
