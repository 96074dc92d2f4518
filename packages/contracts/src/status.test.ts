import { expect, it } from "vitest";
import {
  busyRunStatuses,
  fromStates,
  idleRunStatuses,
  openRunStatuses,
  RunStatus,
  runTransitions,
  stepTransitions,
  terminalRunStatuses,
} from "./status.ts";

it("tells from which states a thing may go to another", () => {
  expect(fromStates(stepTransitions, "completed")).toEqual(["running", "waiting"]);
  expect(fromStates(stepTransitions, "failed")).toEqual(["queued", "running", "waiting"]);
  expect(fromStates(runTransitions, "completed")).toEqual(["running"]);
});

it("has sets that agree with the transitions", () => {
  expect([...openRunStatuses, ...terminalRunStatuses].sort()).toEqual([...RunStatus.options].sort());
  expect([...busyRunStatuses, ...idleRunStatuses].sort()).toEqual([...openRunStatuses].sort());
  expect(fromStates(runTransitions, "cancelled")).toEqual(openRunStatuses);
  // A restart, and what woke a run that waited or was paused.
  expect(fromStates(runTransitions, "pending")).toEqual(["waiting", "paused", ...terminalRunStatuses]);
});
