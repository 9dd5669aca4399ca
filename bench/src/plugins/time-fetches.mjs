/**
 * A plugin that leaves requests to the host and tells how long each took: its smoke test makes what the settings ask for, one
 * after the other.
 */
let rest = "";
let last = 0;
let session = {};
const waiting = new Map();
const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

const fetchOnce = (call) =>
  new Promise((resolve, reject) => {
    const id = (last += 1);
    waiting.set(id, ({ result, error }) =>
      error === undefined && result.status === 200 ? resolve() : reject(new Error(error?.data?.code ?? result.status)),
    );
    const params = { destination: "api", method: "GET", path: "/answer", call };
    write({ id, method: "http.fetch", params });
  });

/** Every request by itself; the first fifty open connections and warm code up. */
async function timeFetches({ meta }) {
  const samples = [];
  for (let at = -50; at < session.settings.requests; at += 1) {
    const beganMs = performance.now();
    await fetchOnce(meta.call);
    if (at >= 0) samples.push((performance.now() - beganMs) * 1000);
  }
  samples.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((share) => Math.round(samples[Math.floor((samples.length - 1) * share)]));
  return { rows: [{ ...row, detail: JSON.stringify({ p50, p99 }) }] };
}

const row = { id: "answers", title: "It answers", status: "passed" };
const methods = {
  initialize: (params) => {
    session = params;
    return { protocol: "1", methods: Object.keys(methods) };
  },
  "config.validate": () => ({ rows: [row] }),
  "setup.check": () => ({ rows: [row] }),
  "health.check": () => ({ state: "healthy", rows: [row] }),
  "smoke.run": timeFetches,
  "messages.send": ({ idempotencyKey }) => ({ outcome: "accepted", providerId: idempotencyKey }),
  shutdown: () => {
    setImmediate(() => process.exit(0));
    return null;
  },
};

async function take(message) {
  if (message.method === undefined) return waiting.get(message.id)?.(message);
  if (message.id === undefined) return;
  try {
    write({ id: message.id, result: await methods[message.method](message.params) });
  } catch (error) {
    write({ id: message.id, error: { code: -32_000, message: error.message } });
  }
}

process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop();
  for (const line of lines) if (line !== "") void take(JSON.parse(line));
});
process.stdin.on("end", () => process.exit(0));
