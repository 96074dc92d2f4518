// The first look shows finished work: on a new installation the demo team runs two pipelines, for real, through the API.
import { join } from "node:path";
import type { DemoCredentials } from "./state.ts";

interface DemoRuns {
  /** Address of the web app from this machine. */
  url: string;
  credentials: DemoCredentials;
  repositoriesDir: string;
}

/** Starts the runs and does not wait for them. Throws what the API says when it refuses. */
export async function startDemoRuns({ url, credentials, repositoriesDir }: DemoRuns): Promise<void> {
  const post = async (path: string, body: object, token?: string) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 300)}`);
    return (await response.json()) as Record<string, string>;
  };
  const { email, password } = credentials;
  const { accessToken } = await post("/v1/auth/login", { email, password });
  const repository = join(repositoriesDir, "parcel-quote");
  await post(
    "/v1/runs/",
    { pipeline_id: "feature", task: "Make the failing test pass and build express delivery.", repository },
    accessToken,
  );
  await post("/v1/runs/", { pipeline_id: "test-simple", task: "Say what a parcel price depends on." }, accessToken);
}
