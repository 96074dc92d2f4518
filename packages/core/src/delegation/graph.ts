/** The dependencies between tasks, as a graph. */
interface Node {
  key: string;
  dependencies: readonly string[];
}

/** What is wrong with it, in a sentence; null when every task can be reached. */
export function graphProblem(tasks: readonly Node[]): string | null {
  const keys = new Set<string>();
  for (const { key } of tasks) {
    if (keys.has(key)) {
      return `Two tasks have the key ${key}.`;
    }
    keys.add(key);
  }
  for (const { key, dependencies } of tasks) {
    const unknown = dependencies.find((dependency) => !keys.has(dependency));
    if (unknown !== undefined) {
      return `The task ${key} depends on ${unknown}, which is none of the tasks.`;
    }
    if (dependencies.includes(key)) {
      return `The task ${key} depends on itself.`;
    }
  }
  const waves = wavesOf(tasks);
  const reached = new Set(waves.flat());
  const stuck = tasks.filter(({ key }) => !reached.has(key)).map(({ key }) => key);
  return stuck.length === 0 ? null : `These tasks wait for one another in a circle: ${stuck.join(", ")}.`;
}

/** Keys by the number of tasks that have to come before: the first wave depends on nothing. Tasks in a circle are in none. */
export function wavesOf(tasks: readonly Node[]): string[][] {
  const waves: string[][] = [];
  const done = new Set<string>();
  for (;;) {
    const wave = tasks.filter(({ key, dependencies }) => !done.has(key) && dependencies.every((one) => done.has(one)));
    if (wave.length === 0) {
      return waves;
    }
    waves.push(wave.map(({ key }) => key));
    for (const { key } of wave) {
      done.add(key);
    }
  }
}
