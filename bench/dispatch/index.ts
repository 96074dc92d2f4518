// Dispatch of durable steps: from the end of one step's work to the beginning of the next one's, with its result safe in between.
import type { Bench, Subject } from "../lib/bench.ts";
import { cpuMs } from "../lib/cpu.ts";
import { measureDbos } from "./dbos.ts";
import { measureFloor } from "./floor.ts";
import { measureOurs } from "./ours.ts";
import { measureRestate } from "./restate.ts";

export interface DispatchCounts {
  /** Runs and steps per run of the sequential part. */
  sequential: { runs: number; steps: number };
  /** Runs of three steps, one after another, from the request to the recorded end. */
  short: { runs: number; steps: number };
  /** Runs side by side, steps of each, and how often. */
  concurrent: { runs: number; steps: number; rounds: number };
}
/** What every subject can do; each plays by the same counts. */
export interface Contender {
  subject: Subject;
  /** Runs `steps` no-op steps; resolves when the run's end is recorded. Answers when each step's work began and ended (ms). */
  run(steps: number): Promise<StepTime[]>;
  /** Its own processes, without a database that it shares with others. */
  pids: readonly number[];
}
export interface StepTime {
  begun: number;
  ended: number;
}

const full: DispatchCounts = {
  sequential: { runs: 8, steps: 150 },
  short: { runs: 200, steps: 3 },
  concurrent: { runs: 20, steps: 60, rounds: 5 },
};
const quick: DispatchCounts = {
  sequential: { runs: 2, steps: 60 },
  short: { runs: 20, steps: 3 },
  concurrent: { runs: 20, steps: 15, rounds: 2 },
};

export async function measureDispatch(bench: Bench): Promise<void> {
  const counts = bench.options.quick ? quick : full;
  await bench.attempt("dispatch, ours", () => measureOurs(bench, counts));
  await bench.attempt("dispatch, DBOS", () => measureDbos(bench, counts));
  await bench.attempt("dispatch, Restate", () => measureRestate(bench, counts));
  await bench.attempt("dispatch, floor", () => measureFloor(bench, counts));
}

/** Puts one contender through all three parts; the first runs warm it up and are not counted. */
export async function contest(bench: Bench, contender: Contender, counts: DispatchCounts): Promise<void> {
  const { subject } = contender;
  const { sequential, short, concurrent } = counts;
  bench.log(`dispatch: ${subject.name}`);
  await contender.run(sequential.steps);
  await Promise.all(Array.from({ length: concurrent.runs }, () => contender.run(5)));

  const gaps: number[] = [];
  for (let at = 0; at < sequential.runs; at += 1) {
    const times = await contender.run(sequential.steps);
    gaps.push(...times.slice(1).map((time, index) => time.begun - (times[index]?.ended ?? Number.NaN)));
  }
  const gap = "durable step: end of one → begin of the next, one run at a time";
  bench.add({ measure: gap, subject, unit: "ms", of: "steps" }, gaps);

  const whole: number[] = [];
  for (let at = 0; at < short.runs; at += 1) {
    const begun = performance.now();
    await contender.run(short.steps);
    whole.push(performance.now() - begun);
  }
  const measure = `run of ${short.steps} durable steps: requested → end recorded, one at a time`;
  bench.add({ measure, subject, unit: "ms", of: "runs" }, whole);

  const rates: number[] = [];
  const costs: number[] = [];
  for (let at = 0; at < concurrent.rounds; at += 1) {
    const [begun, spent, steps] = [performance.now(), cpuMs(contender.pids), concurrent.runs * concurrent.steps];
    await Promise.all(Array.from({ length: concurrent.runs }, () => contender.run(concurrent.steps)));
    rates.push((steps * 1000) / (performance.now() - begun));
    costs.push((cpuMs(contender.pids) - spent) / steps);
  }
  const many = `durable steps per second, ${concurrent.runs} runs of ${concurrent.steps} steps at once`;
  bench.add({ measure: many, subject, unit: "/s", of: "rounds" }, rates);
  const cost =
    "processor time per durable step of the subject's own processes, in those rounds (Postgres and Redis not counted)";
  bench.add({ measure: cost, subject, unit: "ms", of: "rounds" }, costs);
}
