/** The `planning` pipeline: four lists in JSON, made from the task alone. */
import { completeStep } from "../outputs.ts";
import { excerpt, type Playbook, type Script } from "../playbook.ts";
import type { Scene } from "../scene.ts";

const pipeline = /^planning$/;
const mark = "Scripted by the demo model.";

const titles = [
  "Describe what is wanted",
  "Prepare the ground",
  "Build the first slice",
  "Test it with people",
  "Make it ready for everybody",
];

function tasks(scene: Scene) {
  return {
    tasks: titles.map((title, index) => ({
      title,
      description: `${mark} ${title}: ${excerpt(scene.task, 200) || "the work"}`,
      priority: index < 2 ? "P0" : "P1",
      tags: ["planning"],
      estimatedHours: 8,
      dependencies: index === 0 ? [] : [titles[index - 1]],
      testStrategy: "One automated test of the main path.",
      verificationSteps: ["Follow the README in a clean copy.", "See the described result."],
      scopeBoundary: "Nothing beyond this title.",
      technicalNotes: mark,
    })),
  };
}

function subtasks() {
  return {
    subtasks: titles.flatMap((parent) =>
      ["Do", "Verify"].map((verb) => ({
        parentTaskTitle: parent,
        title: `${verb}: ${parent}`,
        description: `${mark} ${verb} what the task says.`,
        priority: "P1",
        tags: ["planning"],
        estimatedHours: 3,
        dependencies: verb === "Verify" ? [`Do: ${parent}`] : [],
        testStrategy: "The test of its task.",
        verificationSteps: ["Run the tests.", "Try it by hand."],
        scopeBoundary: "Nothing beyond its task.",
      })),
    ),
  };
}

/** As JSON of the schema where that is asked for, else as the declared output. */
function answer(key: string, make: (scene: Scene) => object): Script {
  return (scene) => {
    const json = make(scene);
    return { ...completeStep(scene, { outputs: { [key]: JSON.stringify(json) } }), json };
  };
}

function step(name: string, key: string, make: (scene: Scene) => object): Playbook {
  return { id: `planning.${name}`, when: { pipeline, step: new RegExp(`^${name}$`) }, turns: [answer(key, make)] };
}

export const planning: Playbook[] = [
  step("DECOMPOSE", "task_breakdown_json", tasks),
  step("VALIDATE", "validated_tasks_json", tasks),
  step("DECOMPOSE_SUBTASKS", "subtask_breakdown_json", subtasks),
  step("VALIDATE_SUBTASKS", "final_subtasks_json", subtasks),
];
