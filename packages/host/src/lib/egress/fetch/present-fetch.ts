import { HilumError, type FetchParams } from "@hilum/contract";
import type { InstanceKey } from "../../instance-key.ts";
import type { CallRecord, Measure } from "../../pipeline.ts";
import type { PluginRequest } from "../../plugin-decisions.ts";
import type { EgressReceipt } from "../receipt.ts";
import type { SecretHeader } from "./credential-header.ts";
import type { DestinationSpec, Plan, PlannedRequest } from "./destination-spec.ts";

/** What one request has come to, for its receipt and for whoever asks whether it may be repeated. */
export interface Course {
  sent: "no" | "maybe";
  decision: "allow" | "deny";
  bytesIn: number;
  status?: number;
  reflected: boolean;
}

/** The question to policy. */
export const requestOf = ({ scope }: DestinationSpec): PluginRequest => ({
  lane: "egress",
  action: "http.fetch",
  ...(scope === undefined ? {} : { scope }),
});

/** An answer that cannot be had is told with the words of the catalogue; whether anything went out stands beside it. */
export function withSent(error: HilumError, sent: "no" | "maybe"): HilumError {
  const { code, detail, problems, cause, retryAfterMs } = error;
  return new HilumError(code, {
    ...{ detail, problems, cause, sent },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Every header of the request. What the host sets stands after what the plugin chose. */
export function headersOf(
  { target, headers, body, method }: PlannedRequest,
  secret: SecretHeader | undefined,
  version: string,
): Record<string, string> {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return {
    host: target.port === 443 ? host : `${host}:${target.port}`,
    "user-agent": `Hilum/${version}`,
    accept: "*/*",
    ...headers,
    "accept-encoding": "identity",
    ...(method === "GET" ? {} : { "content-length": String(body.length) }),
    ...(secret === undefined ? {} : { [secret.name]: secret.value }),
  };
}

export function receiptOf(
  plan: Plan,
  { sent, bytesIn, decision, status }: Course,
  reason: string | undefined,
): Omit<EgressReceipt, "plugin" | "instance" | "at" | "durationMs" | "call"> {
  return {
    kind: "fetch",
    bytesOut: sent === "maybe" && "request" in plan ? plan.request.bytes : 0,
    bytesIn,
    decision,
    ...placeOf(plan),
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason: "refusal" in plan ? plan.refusal.reason : reason }),
  };
}

function placeOf(plan: Plan): Pick<EgressReceipt, "destination" | "host" | "port" | "method" | "template"> {
  if ("refusal" in plan) return {};
  const { destination, target, method, template } = plan.request;
  return { destination: destination.id, host: target.host, port: target.port, method, template };
}

export function recordOf({ plugin, instance }: InstanceKey, call: string, plan: Plan, asked: FetchParams): CallRecord {
  return {
    ...{ call, action: "http.fetch", audit: "intent", plugin, instance, resource: "Endpoint" },
    detail: detailOf(plan, asked),
  };
}

/** The audit log takes tokens only. Of a request that was refused nothing is said but a name that could be one. */
function detailOf(plan: Plan, { destination }: FetchParams): NonNullable<CallRecord["detail"]> {
  if ("refusal" in plan) return /^[a-z0-9_-]{1,60}$/.test(destination) ? { destination } : {};
  const { target, method, template } = plan.request;
  const route = template.replaceAll(/\{([A-Za-z0-9_]+)\}/g, ":$1").replaceAll(/[^A-Za-z0-9_.:/@+-]/g, "_");
  return {
    ...{ destination: plan.request.destination.id, host: target.host.slice(0, 120), port: target.port, method },
    route: route.slice(0, 120),
  };
}

export function measureOf(plan: Plan, { bytesIn, status, reflected }: Course): Measure {
  const bytes = bytesIn + ("request" in plan ? plan.request.bytes : 0);
  return {
    bytes,
    detail: { ...(status === undefined ? {} : { status }), ...(reflected ? { reflected } : {}) },
  };
}
