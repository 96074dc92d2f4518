// What a runtime that is being built speaks to: a gateway and a Redis that know one step, and nothing else.
import { createServer as createHttp } from "node:http";
import { createServer as createTcp } from "node:net";

const whose = { tenantId: "ten_rehearsal", runId: "run_rehearsal", sessionId: "ses_rehearsal" };
const envelope = { v: 1, id: "evt_rehearsal", requestId: "rehearsal", at: Date.now(), ...whose };
const step = {
  ...envelope,
  ...{ type: "agentStep", commandId: "step:rehearsal", stepId: "REHEARSAL", attempt: 1, maxTurns: 3 },
  ...{ systemPrompt: "Rehearse.", prompt: "Do nothing.", outputs: ["report"], tools: [] },
  model: {
    ...{ providerId: "rehearsal", modelId: "rehearsal", wire: "openai-compatible" },
    ...{ thinkingLevel: "off", temperature: null, maxOutputTokens: null },
  },
  deadlineAt: Date.now() + 60_000,
  commit: { authorName: "Ada", authorEmail: "ada@example.com", subject: "rehearsal" },
};
const shutdown = { ...envelope, type: "shutdown" };
const login = {
  ...{ TENANT_ID: whose.tenantId, RUN_ID: whose.runId, SESSION_ID: whose.sessionId, AGENT_ID: "agt_rehearsal" },
  ...{ REDIS_URL: "redis://rehearsal:rehearsal@127.0.0.1:1", API_URL: "http://127.0.0.1:1" },
  ...{ RUN_KEY: "rehearsal", COMMAND_CURSOR: "0", IDLE_TIMEOUT_MS: "60000", LOG_LEVEL: "warn", HOME: "/tmp" },
};
/** What a runtime reads in it. */
export const rehearsal = {
  env: { ...login, WORKSPACE: "/tmp" },
  step,
  others: [shutdown, { ...envelope, type: "ack", commandId: step.commandId }],
};

/** Answers the environment for the runtime, and whether it has completed the step. It is told to leave after its result. */
export async function startRehearsal({ workspace, home }) {
  const link = { outcome: undefined, sent: false, reader: undefined, ids: [] };
  const gateway = createHttp((request, response) => request.resume().on("end", () => completeStep(response)));
  const redis = createTcp((socket) => serveRedis(socket, link));
  const [apiPort, redisPort] = [await listen(gateway), await listen(redis)];
  return {
    env: {
      ...login,
      ...{ REDIS_URL: `redis://rehearsal:rehearsal@127.0.0.1:${redisPort}`, API_URL: `http://127.0.0.1:${apiPort}` },
      ...{ WORKSPACE: workspace, HOME: home },
    },
    ids: () => [...new Set(link.ids)],
    isCompleted: () => link.outcome === "completed",
    stop: () => {
      gateway.closeAllConnections();
      gateway.close();
      redis.close();
    },
  };
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}

function completeStep(response) {
  const call = { name: "complete", arguments: JSON.stringify({ outputs: { report: "Nothing." }, summary: "Done." }) };
  const choices = [
    { index: 0, delta: { role: "assistant", content: "Done." }, finish_reason: null },
    { index: 0, delta: { tool_calls: [{ index: 0, id: "1", type: "function", function: call }] }, finish_reason: null },
    { index: 0, delta: {}, finish_reason: "tool_calls" },
  ];
  const of = { id: "1", object: "chat.completion.chunk", created: 1, model: "rehearsal" };
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(
    `${choices.map((choice) => `data: ${JSON.stringify({ ...of, choices: [choice] })}\n\n`).join("")}data: [DONE]\n\n`,
  );
}

/** Takes everything that is written; gives the step to whoever reads, and after its result the word to leave. */
function serveRedis(socket, link) {
  let rest = "";
  socket.on("error", () => undefined);
  // One character a byte: lengths of the protocol are bytes.
  socket.setEncoding("latin1").on("data", (chunk) => {
    rest += chunk;
    for (let read = readCommand(rest); read; read = readCommand(rest)) {
      rest = rest.slice(read.length);
      serve(read.words);
    }
  });

  function serve([name = "", ...words]) {
    switch (name.toLowerCase()) {
      case "xread":
        link.reader = socket;
        if (!link.sent) {
          link.sent = true;
          socket.write(entryOf("1-1", step));
        } else if (link.outcome) {
          socket.write(entryOf("1-2", shutdown));
        }
        return;
      case "xadd": {
        socket.write(bulk("1-1"));
        const message = JSON.parse(words.at(-1));
        link.ids.push(message.id);
        if (message.type === "stepResult") {
          link.outcome = message.outcome;
          link.reader?.write(entryOf("1-2", shutdown));
        }
        return;
      }
      default:
        socket.write("+OK\r\n");
    }
  }
}

/** The first whole command of `text` and its length, or undefined when it is not all there. */
function readCommand(text) {
  const head = /^\*(\d+)\r\n/.exec(text);
  let at = head?.[0].length ?? 0;
  const words = [];
  while (head && words.length < Number(head[1])) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
    if (!size) {
      return undefined;
    }
    const begin = at + size[0].length;
    at = begin + Number(size[1]) + 2;
    if (at > text.length) {
      return undefined;
    }
    words.push(text.slice(begin, at - 2));
  }
  return head ? { words, length: at } : undefined;
}

const bulk = (text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

function entryOf(id, message) {
  return `*1\r\n*2\r\n${bulk("commands")}*1\r\n*2\r\n${bulk(id)}*2\r\n${bulk("data")}${bulk(JSON.stringify(message))}`;
}
