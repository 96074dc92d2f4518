/** Agents that the `feature` pipeline works with, by their slugs in the catalogue. */
const featureTeam = ["architect", "engineer", "tester"];

export type FirstStep = {
  id: "agents" | "run" | "key";
  title: string;
  text: string;
  href: string;
  action: string;
  done: boolean;
};

export type FirstStepFacts = { hasAgents: boolean; hasRun: boolean; hasRealProvider: boolean };

/** The way from a new team to its first finished work. */
export function firstSteps(facts: FirstStepFacts): FirstStep[] {
  return [
    {
      id: "agents",
      title: "Clone a team from the catalogue",
      text: "An architect, an engineer and a tester can plan, build and check a change.",
      href: `/agents?dialog=clone&pick=${featureTeam.join(",")}`,
      action: "Clone agents",
      done: facts.hasAgents,
    },
    {
      id: "run",
      title: "Run the feature pipeline on a repository",
      text: "Name a git repository and what you want changed; watch the agents work and find their commits on a branch.",
      href: "/runs?dialog=new&pipeline=feature",
      action: "Start a run",
      done: facts.hasRun,
    },
    {
      id: "key",
      title: "Add a key of a real model",
      text: "Until then agents can only replay scripted replies, or nothing at all.",
      href: "/settings/providers",
      action: "Add a key",
      done: facts.hasRealProvider,
    },
  ];
}
