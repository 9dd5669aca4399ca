import { generateKeyPairSync } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDenyCoalescer, openAuditLog } from "@hilum/audit";
import { createHost, createSandbox, type Host, type Sandbox } from "@hilum/host";
import { fixtureEntry, fixturePlugins } from "@hilum/testkit";
import { closedLanes } from "./closed-lanes.ts";

type StartedRuntime = "node" | "python";

/** A host with its sandbox and audit log, and small plugins to start in it. */
export interface SandboxedHost {
  host: Host;
  sandbox: Sandbox;
  /** Starts an echo of that runtime under a name of its own; resolves when it has answered. */
  startEcho(runtime: StartedRuntime, instance: string): Promise<void>;
  close(): Promise<void>;
}

export const pluginOf = (runtime: StartedRuntime): string => `com.example.${runtime}`;

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
    startEcho: (runtime, instance) =>
      host.start({
        ...{
          plugin: pluginOf(runtime),
          instance,
          capabilities: ["send_messages"],
          settings: {},
          grants: [],
          testMode: false,
        },
        runner: {
          kind: "sandboxed",
          runtime,
          ...codeOf(runtime),
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

function codeOf(runtime: StartedRuntime): { codeDir: string; entry: string } {
  if (runtime === "node") return { codeDir: fixturePlugins, entry: fixtureEntry("echo") };
  return { codeDir: fileURLToPath(new URL("./plugins/", import.meta.url)), entry: "echo.py" };
}
