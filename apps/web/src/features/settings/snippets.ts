type SnippetOptions = { origin: string; apiKey?: string | undefined };

/** Starts a run and follows it, in a shell. */
export function curlSnippet({ origin, apiKey }: SnippetOptions): string {
  return `export DJINN_KEY=${apiKey ?? "…your key…"}

# start a run
curl -s ${origin}/v1/runs/ -H "Authorization: Bearer $DJINN_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"pipeline_id": "feature", "task": "Add a --version flag", "repository": "https://…"}'

# follow it, from its first event to its last
curl -N ${origin}/v1/events/stream/RUN_ID -H "Authorization: Bearer $DJINN_KEY"
`;
}

/** The same in TypeScript. */
export function clientSnippet({ origin, apiKey }: SnippetOptions): string {
  const key = apiKey === undefined ? "process.env.DJINN_KEY" : JSON.stringify(apiKey);
  return `import { createDjinnClient } from "@djinnbot/client";

const djinn = createDjinnClient({ url: "${origin}", apiKey: ${key} });
const run = await djinn.api.runs.create.mutate({
  pipelineId: "feature",
  task: "Add a --version flag",
  repository: "https://…",
});
for await (const event of djinn.runs.follow(run.id)) {
  console.log(event.type);
}
`;
}
