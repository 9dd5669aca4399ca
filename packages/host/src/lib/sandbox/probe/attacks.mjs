// Runs inside the sandbox at start-up and tries to get out. Prints what it saw as one line of JSON; the host judges.
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";

const target = JSON.parse(await text(process.stdin));

/** "allowed", or the error code that stopped it. */
function attempt(action) {
  try {
    action();
    return "allowed";
  } catch (error) {
    return error.code ?? String(error);
  }
}

function connect(options) {
  return new Promise((resolve) => {
    const socket = createConnection(options);
    socket.setTimeout(300, () => resolve("timeout"));
    socket.on("connect", () => resolve("allowed"));
    socket.on("error", (error) => resolve(error.code ?? "error"));
  });
}

function fill() {
  const block = Buffer.alloc(1024 * 1024, 1);
  for (let count = 0; count < target.tmpMb + 4; count += 1) writeFileSync(`/tmp/fill-${count}`, block);
}

const status = Object.fromEntries(
  readFileSync("/proc/self/status", "utf8")
    .split("\n")
    .map((line) => line.split(":\t")),
);
const namespaces = Object.fromEntries(
  ["mnt", "pid", "net", "ipc", "uts", "user"].map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)]),
);

const seen = {
  status,
  namespaces,
  hostname: hostname(),
  limits: readFileSync("/proc/self/limits", "utf8"),
  environment: Object.keys(process.env),
  firstEnvironment: attempt(() => {
    const variables = readFileSync("/proc/1/environ", "utf8").replace(/^PWD=[^\0]*\0/, "");
    if (variables === "") throw Object.assign(new Error("empty"), { code: "empty" });
  }),
  descriptors: readdirSync("/proc/self/fd").length,
  processes: readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length,
  signalHost: attempt(() => process.kill(target.hostPid, 0)),
  readShadow: attempt(() => readFileSync("/etc/shadow")),
  readHostFolder: attempt(() => readdirSync(target.hostFolder)),
  writeCode: attempt(() => writeFileSync("/plugin/written", "x")),
  writeRoot: attempt(() => writeFileSync("/written", "x")),
  fillScratch: attempt(fill),
  netlink: attempt(() => networkInterfaces()),
  tcp: await connect({ host: "127.0.0.1", port: target.tcpPort }),
  abstract: await connect({ path: `\0${target.abstractName}` }),
};
process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
