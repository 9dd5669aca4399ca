import { HilumError, isHilumError, type ErrorCode } from "@hilum/contract";
import { govern, type CallContext, type Decision } from "../pipeline.ts";
import type { InstanceKey } from "../instance-key.ts";
import { connectChecked } from "./connect-checked.ts";
import { parseTarget, type Target } from "./target.ts";
import { checkTls, type TlsFacts } from "./tls-check.ts";
import { destinationDetail, type TunnelPorts } from "./tunnel.ts";
import { findWay, judgeWay, type Way } from "./way.ts";

/** A destination to look at, as a resolved `net` scope names it. */
export interface ProbeTarget {
  protocol: "tcp" | "https";
  host: string;
  port: number;
}

/** What was found on the way to a destination, as far as it went. */
export interface ProbeReport extends ProbeTarget {
  /** Resolving the name and judging every address that it leads to. */
  name: { ms: number; addresses: number; refused?: { code: ErrorCode; reason: string } };
  /** Absent when the name led nowhere. */
  connect?: { ms: number; refused?: { code: string } };
  /** Absent for `tcp`, where the plugin itself knows how encryption begins. */
  tls?: TlsFacts & { ms: number };
}

export type Probe = (
  context: CallContext,
  key: InstanceKey & { trial?: string },
  target: ProbeTarget,
) => Promise<ProbeReport>;

export interface ProbePorts extends Pick<TunnelPorts, "governor" | "decide" | "rules" | "resolveHost" | "nextCall"> {
  authorities(): readonly string[];
}

const connectMs = 10_000;
const tlsMs = 10_000;

/**
 * Looks at a destination as a plugin's call would reach it: the same grant, the same judgement of addresses, the same
 * check of where the socket leads, and not one byte of application data.
 */
export function createProbe(ports: ProbePorts): Probe {
  return async (context, key, asked) => {
    const report: ProbeReport = { ...asked, name: { ms: 0, addresses: 0 } };
    const target = parseTarget(`${asked.host}:${asked.port}`);
    let way: Way = { addresses: [] };
    try {
      await govern(
        ports.governor,
        context,
        {
          call: ports.nextCall(),
          action: "egress.check",
          audit: "intent",
          plugin: key.plugin,
          instance: key.instance,
          resource: "Endpoint",
          detail: destinationDetail(target),
        },
        {
          resolve: () => target,
          decide: async (): Promise<Decision> => {
            if (target === undefined)
              return { allow: false, code: "destination.invalid", reason: "destination.invalid" };
            const granted = await ports.decide(key, {
              lane: "egress",
              action: "connect",
              scope: `net:${asked.protocol}://${asked.host}:${asked.port}`,
            });
            if (!granted.allow) return granted;
            const begunAt = performance.now();
            way = await findWay(target, ports.resolveHost);
            report.name = { ms: since(begunAt), addresses: "failure" in way ? 0 : way.addresses.length };
            const verdict = judgeWay(way, target, ports.rules());
            if (!verdict.allow) report.name.refused = { code: verdict.code, reason: verdict.reason };
            return verdict;
          },
          perform: () => look(target, way, report, ports.authorities()),
        },
      );
    } catch (error) {
      report.name.refused ??= refusalOf(error);
      if (report.name.refused.code === "audit.blocked") throw error;
    }
    return report;
  };
}

async function look(
  target: Target | undefined,
  way: Way,
  report: ProbeReport,
  authorities: readonly string[],
): Promise<void> {
  if (target === undefined) throw new HilumError("destination.invalid");
  if ("failure" in way) {
    report.name.refused = { code: "provider.unreachable", reason: "name.not_found" };
    return;
  }
  const begunAt = performance.now();
  try {
    const socket = await connectChecked(way.addresses, target.port, { timeoutMs: connectMs });
    report.connect = { ms: since(begunAt) };
    if (report.protocol === "tcp") return void socket.destroy();
    const tlsAt = performance.now();
    const facts = await checkTls(socket, { host: target.host, authorities, timeoutMs: tlsMs });
    report.tls = { ...facts, ms: since(tlsAt) };
  } catch (error) {
    report.connect = { ms: since(begunAt), refused: { code: causeCode(error) } };
  }
}

const since = (begunAt: number): number => Math.round(performance.now() - begunAt);

function refusalOf(error: unknown): { code: ErrorCode; reason: string } {
  return isHilumError(error)
    ? { code: error.code, reason: error.code }
    : { code: "server.internal", reason: "server.internal" };
}

/** `ECONNREFUSED`, or `timeout`. */
function causeCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  return code === "" ? "timeout" : code;
}
