import { cookies } from "next/headers";
import { findSession } from "@/server/session.ts";
import { hasRealProvider, runsOnDemo } from "../settings/models.ts";
import { DEMO_NOTICE_COOKIE, FIRST_STEPS_COOKIE, HIDDEN } from "../shell/preferences.ts";
import type { FirstStepFacts } from "./first-steps.ts";
import type { Notices } from "./installation-banners.tsx";

/** Home lists at most so many runs of one state. */
const mostRows = 20;

/** What is to be said above every page, so that it stands there from the first paint. Nothing where it cannot be found out. */
export async function loadNotices(): Promise<Notices> {
  const none: Notices = { demo: false, noSandbox: false };
  const session = await findSession();
  if (session === null) {
    return none;
  }
  const { services } = session;
  try {
    const [status, providers, settings] = await Promise.all([
      services.system.status({}),
      services.settings.providers({}),
      services.settings.get({}),
    ]);
    const isHidden = (await cookies()).get(DEMO_NOTICE_COOKIE)?.value === HIDDEN;
    const demo = !isHidden && status.demoModel && runsOnDemo(settings, providers);
    return { demo: isHidden ? "hidden" : demo, noSandbox: status.workload.sandbox === "none" };
  } catch {
    return none;
  }
}

/** How far a new team is; null for one that has finished work, or put the steps away. */
export async function loadFirstSteps(): Promise<FirstStepFacts | null> {
  const session = await findSession();
  if (session === null || (await cookies()).get(FIRST_STEPS_COOKIE)?.value === HIDDEN) {
    return null;
  }
  const { services } = session;
  try {
    const [runs, agents, providers] = await Promise.all([
      services.runs.list({ limit: 1, status: "completed" }),
      services.agents.list({ limit: 1 }),
      services.settings.providers({}),
    ]);
    const hasRun = runs.items.length > 0;
    return hasRun ? null : { hasRun, hasAgents: agents.items.length > 0, hasRealProvider: hasRealProvider(providers) };
  } catch {
    return null;
  }
}

/** How many rows the cards of Home will have, as far as the server knows: not what a person put away in this browser. */
export async function loadExpectedRows(): Promise<{ attention: number; running: number }> {
  const session = await findSession();
  try {
    const overview = await session?.services.runs.overview({});
    const { waiting = 0, paused = 0, running = 0, pending = 0 } = overview?.counts ?? {};
    const failures = overview?.failures.length ?? 0;
    return {
      attention: waiting + paused + failures,
      running: Math.min(running, mostRows) + Math.min(pending, mostRows),
    };
  } catch {
    return { attention: 0, running: 0 };
  }
}
