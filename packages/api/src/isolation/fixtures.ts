/** For every operation, how tenant B would reach for tenant A's things. Total: an operation without an entry does not compile. */
import type { Contracts, Downloads } from "@djinnbot/contracts";

/** What A has, made before the test; `marks` are strings that only A's data holds. */
export interface Theirs {
  tenantId: string;
  userId: string;
  agentId: string;
  agentSlug: string;
  pipelineId: string;
  runId: string;
  stepId: string;
  approvalId: string;
  swarmId: string;
  keyId: string;
  providerId: string;
  budgetId: string;
  priceId: string;
  refreshToken: string;
  marks: string[];
}

/**
 * `foreign`: B names A's thing and gets what a thing that does not exist gets; `missing` names one that does not.
 * `own`: works on the caller's tenant only; the answer must hold none of A's marks.
 * `open`: needs no tenant; the answer must hold none of A's marks.
 */
export type Attempt =
  | { kind: "foreign"; input: (a: Theirs) => object; missing: object }
  | { kind: "own"; input: (a: Theirs) => object }
  | { kind: "open"; input: (a: Theirs) => object };

const nobody = { agent: "agt_zzzzzzzzzzzzzzzz", run: "run_zzzzzzzzzzzzzzzz", key: "ak_zzzzzzzzzzzzzzzz" };
const noSwarm = "dlg_zzzzzzzzzzzzzzzz";
const [noBudget, noPrice] = ["bdg_zzzzzzzzzzzzzzzz", "prc_zzzzzzzzzzzzzzzz"];
const yaml = (id: string) =>
  `id: ${id}\nname: P\nversion: 1.0.0\nagents:\n  - id: writer\nsteps:\n  - id: ONE\n    agent: writer\n    input: hello\n`;

const agent = (extra: object = {}): Attempt => ({
  kind: "foreign",
  input: (a) => ({ agentId: a.agentId, ...extra }),
  missing: { agentId: nobody.agent, ...extra },
});
const pipeline = (extra: object = {}): Attempt => ({
  kind: "foreign",
  input: (a) => ({ pipelineId: a.pipelineId, ...extra }),
  missing: { pipelineId: "no-such-pipeline", ...extra },
});
const run = (extra: object = {}): Attempt => ({
  kind: "foreign",
  input: (a) => ({ runId: a.runId, ...extra }),
  missing: { runId: nobody.run, ...extra },
});
const approval = (extra: object = {}): Attempt => ({
  kind: "foreign",
  input: (a) => ({ approvalId: a.approvalId, ...extra }),
  missing: { approvalId: `${nobody.run}_GATE`, ...extra },
});
const provider = (extra: object = {}): Attempt => ({
  kind: "foreign",
  input: (a) => ({ providerId: a.providerId, ...extra }),
  missing: { providerId: "custom-no-such-one", ...extra },
});
const own = (input: (a: Theirs) => object = () => ({})): Attempt => ({ kind: "own", input });
const open = (input: (a: Theirs) => object = () => ({})): Attempt => ({ kind: "open", input });
const random = () => Math.random().toString(36).slice(2, 10);

export const attempts: { [Noun in keyof Contracts]: { [Verb in keyof Contracts[Noun]]: Attempt } } = {
  auth: {
    status: open(),
    register: open(() => ({ email: `new-${random()}@example.test`, password: "long enough" })),
    setup: open(() => ({ email: `new-${random()}@example.test`, password: "long enough" })),
    login: open(() => ({ email: `nobody-${random()}@example.test`, password: "wrong one" })),
    refresh: open(() => ({ refreshToken: "not-a-token" })),
    logout: own((a) => ({ refreshToken: a.refreshToken })),
    me: own(),
    updateProfile: own(() => ({ displayName: "B" })),
  },
  apiKeys: {
    list: own(),
    create: own(() => ({ name: "b" })),
    revoke: { kind: "foreign", input: (a) => ({ keyId: a.keyId }), missing: { keyId: nobody.key } },
  },
  tenants: { me: own((a) => ({ tenantId: a.tenantId })), update: own((a) => ({ tenantId: a.tenantId, name: "B" })) },
  agents: {
    list: own((a) => ({ tenantId: a.tenantId })),
    create: own((a) => ({ name: `b ${random()}`, tenantId: a.tenantId })),
    get: agent(),
    update: agent({ name: "taken over" }),
    delete: agent(),
    clone: agent(),
    templates: own(),
    status: own(),
    getConfig: agent(),
    putConfig: agent({ thinkingLevel: "high" }),
    putFile: agent({ filename: "SOUL.md", content: "taken over" }),
  },
  pipelines: {
    list: own(),
    create: own(() => ({ yamlContent: yaml(`b-${random()}`) })),
    get: pipeline(),
    raw: pipeline(),
    update: pipeline({ yamlContent: yaml("taken-over") }),
    delete: pipeline(),
    validate: pipeline(),
    clone: pipeline(),
  },
  runs: {
    list: own((a) => ({ agentId: a.agentId, search: a.runId })),
    create: {
      kind: "foreign",
      input: (a) => ({ pipelineId: a.pipelineId, task: "t" }),
      missing: { pipelineId: "no-such-pipeline", task: "t" },
    },
    overview: own(),
    get: run(),
    update: run({ humanContext: "taken over" }),
    delete: run(),
    deleteMany: own(() => ({ before: Date.now() + 1000 })),
    cancel: run(),
    pause: run(),
    resume: run(),
    inject: run({ text: "taken over" }),
    fork: run(),
    restart: run(),
    usage: run(),
    logs: run(),
  },
  steps: { activity: own(), get: run({ stepId: "ONE" }), restart: run({ stepId: "ONE" }) },
  approvals: {
    list: own((a) => ({ runId: a.runId })),
    count: own(),
    get: approval(),
    decide: approval({ decision: "approve" }),
  },
  delegations: {
    // Only run keys may: people and their keys are refused.
    spawn: own(() => ({ executionPrompt: "take over" })),
    swarm: own(() => ({ tasks: [{ key: "a", title: "A", executionPrompt: "take over" }] })),
    tryApproaches: own(() => ({
      approaches: ["a", "b"].map((key) => ({ key, title: key, executionPrompt: "take over" })),
      evaluationCriteria: "the best",
    })),
    list: own((a) => ({ runId: a.runId })),
    get: { kind: "foreign", input: (a) => ({ swarmId: a.swarmId }), missing: { swarmId: noSwarm } },
    cancel: { kind: "foreign", input: (a) => ({ swarmId: a.swarmId }), missing: { swarmId: noSwarm } },
  },
  settings: {
    get: own(),
    update: own(() => ({ maxWakesPerDay: 3 })),
    providers: own(),
    putProvider: provider({ apiKey: "sk-of-b" }),
    createCustomProvider: own(() => ({ name: "B", slug: `b-${random()}`, baseUrl: "http://127.0.0.1:9/v1" })),
    deleteProvider: provider(),
    testProvider: provider(),
    providerModels: provider(),
    allKeys: own(),
  },
  network: { refusals: own(), allow: agent({ host: "example.com" }) },
  llmCalls: {
    list: own((a) => ({ runId: a.runId })),
    create: own((a) => ({ provider: "x", model: "x/y", runId: a.runId })),
  },
  budgets: {
    list: run(),
    put: run({ scope: "run", costMicros: 5 }),
    get: { kind: "foreign", input: (a) => ({ budgetId: a.budgetId }), missing: { budgetId: noBudget } },
    delete: { kind: "foreign", input: (a) => ({ budgetId: a.budgetId }), missing: { budgetId: noBudget } },
  },
  prices: {
    list: own(),
    put: own(() => ({ model: "openai/gpt-5", inputMicros: 1, outputMicros: 1 })),
    delete: { kind: "foreign", input: (a) => ({ priceId: a.priceId }), missing: { priceId: noPrice } },
  },
  system: { status: open() },
  workspaces: {
    list: run(),
    file: run({ path: "README.md" }),
    history: run(),
    status: run(),
    diff: run({ commitHash: "abcdef0" }),
    show: run({ commitHash: "abcdef0", filePath: "README.md" }),
    fileHistory: run({ filePath: "README.md" }),
    conflicts: run({ file: "README.md" }),
    merge: run({ strategy: "merge" }),
  },
};

export const downloadAttempts: { [Noun in keyof Downloads]: { [Verb in keyof Downloads[Noun]]: Attempt } } = {
  runs: { export: run({ format: "markdown" }) },
  workspaces: { bundle: run() },
};
