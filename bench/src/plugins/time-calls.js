// A page that speaks the bridge without the kit and times its calls, one after the other and below the rate of messages.
const nonce = new URLSearchParams(location.hash.slice(1)).get("nonce");
const everyMs = 36;
const waiting = new Map();
let port;
let last = 0;

addEventListener("message", (event) => {
  if (port !== undefined || event.source !== parent || event.data?.nonce !== nonce) return;
  port = event.ports[0];
  port.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.kind === "ping") port.postMessage(JSON.stringify({ kind: "pong", beat: frame.beat }));
    if (frame.kind === "init") window.timeCalls = timeCalls;
    waiting.get(frame.id)?.(frame);
    waiting.delete(frame.id);
  });
  port.start();
  port.postMessage(JSON.stringify({ kind: "hello", nonce, version: 1 }));
});

const call = (method) =>
  new Promise((resolve) => {
    last += 1;
    waiting.set(last, resolve);
    port.postMessage(JSON.stringify({ kind: "call", id: last, method, params: {} }));
  });

async function timeCalls(method, count) {
  const samples = [];
  for (let at = -20; at < count; at += 1) {
    const beganMs = performance.now();
    const answer = await call(method);
    const tookMs = performance.now() - beganMs;
    if (answer.kind === "error" && answer.error.code !== "page.no_method") throw new Error(answer.error.code);
    if (at >= 0) samples.push(tookMs);
    await new Promise((resolve) => setTimeout(resolve, everyMs - tookMs));
  }
  return samples;
}
