import { generateKeyPairSync } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDenyCoalescer, openAuditLog } from "@hilum/audit";
import { createHost, createSandbox, type Host, type Sandbox } from "@hilum/host";
import { fixtureEntry, fixturePlugins } from "@hilum/testkit";
import { closedLanes } from "./closed-lanes.ts";

type StartedRuntime = "node" | "python";
/** Code that is started: small echoes of the protocol, and two on the Python SDK: an echo, and a plugin as it is delivered. */
export type StartedCode = StartedRuntime | "webhook-sender" | "python-sdk";

/** A host with its sandbox and audit log, and small plugins to start in it. */
export interface SandboxedHost {
  host: Host;
  sandbox: Sandbox;
  /** Starts that code under a name of its own; resolves when it has answered. */
  start(code: StartedCode, instance: string): Promise<void>;
  close(): Promise<void>;
}

export const pluginOf = (code: StartedCode): string => `com.example.${code}`;

export async function openSandboxedHost(folder: string): Promise<SandboxedHost> {
  const auditDir = join(folder, "audit");
  mkdirSync(auditDir);
  const signingKey = generateKeyPairSync("ed25519").privateKey;
  const audit = await openAuditLog({ dir: auditDir, origin: "hilum.example/audit/bench", signingKey });
  const denials = createDenyCoalescer({ append: audit.append });
  const sandbox = await createSandbox({ stateDir: folder });
  const host = createHost({
    ...{ audit, denials, sandbox, stateDir: folder, version: "0.1.0", lanes: closedLanes() },
    now: () => new Date(),
    grantsOf: () => ({ grants: [], epoch: 1 }),
    decideCall: () => ({ allow: true }),
    writeLog: () => undefined,
    egress: { privateRanges: () => [], ownPorts: () => [] },
  });
  return {
    host,
    sandbox,
    start: (code, instance) =>
      host.start({
        ...{
          plugin: pluginOf(code),
          instance,
          capabilities: ["send_messages"],
          settings: {},
          grants: [],
          testMode: false,
        },
        runner: {
          kind: "sandboxed",
          ...codeOf(code),
          limits: { memoryMb: 256, cpu: 1, pids: 64, tmpMb: 16 },
        },
      }),
    async close() {
      await host.close({ drainMs: 0 });
      await sandbox.close();
      await denials.close();
      await audit.close();
    },
  };
}

interface Code {
  runtime: StartedRuntime;
  codeDir: string;
  entry: string;
  extraReadOnly?: readonly { from: string; to: string }[];
}

function codeOf(code: StartedCode): Code {
  switch (code) {
    case "node":
      return { runtime: "node", codeDir: fixturePlugins, entry: fixtureEntry("echo") };
    case "python":
      return { runtime: "python", codeDir: folder("bench/src/plugins"), entry: "echo.py" };
    case "webhook-sender":
      return { runtime: "python", codeDir: folder("plugins/webhook-sender/dist"), entry: "main.py" };
    case "python-sdk":
      return {
        ...{ runtime: "python", codeDir: folder("bench/src/plugins"), entry: "sdk_echo.py" },
        extraReadOnly: [{ from: folder("sdks/python/src"), to: "/usr/lib/hilum-python" }],
      };
  }
}

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}/`, import.meta.url));
