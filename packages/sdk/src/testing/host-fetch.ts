import {
  destinationDefaults,
  formatScope,
  HilumError,
  isHilumError,
  isScope,
  parseScope,
  resolveScope,
  type Destination,
  type FetchParams,
  type FetchResult,
  type Manifest,
} from "@hilum/contract";
import { parseFetch, planRequest, type PlannedRequest, type RequestRules } from "@hilum/contract/wire";
import { createBudgets, requestLimits } from "@hilum/policy";
import type { PeerCall } from "../protocol/served-call.ts";
import { playProvider, presentPlayed, type OnFetch, type TestFetchRequest } from "./played-provider.ts";

export interface HostFetchOptions {
  key: { plugin: string; instance: string };
  manifest: Manifest;
  settings: Readonly<Record<string, unknown>>;
  /** Whether the plugin holds a grant for the resolved scope, now. */
  allows(scope: string): boolean;
  onFetch: OnFetch | undefined;
  fetches: TestFetchRequest[];
  now(): Date;
}

/** `http.fetch` as the host decides it, with a scripted provider behind it instead of the network. */
export interface HostFetch {
  answer(params: Record<string, unknown>, call: PeerCall): Promise<FetchResult>;
  /** Cuts what is under way to a place that is not granted any more. */
  recheck(): void;
}

interface Spec extends RequestRules {
  declared: Destination;
}

type Planned = PlannedRequest<Spec, string>;

interface Active {
  scope: string;
  controller: AbortController;
}

export function createHostFetch({
  key,
  manifest,
  settings,
  allows,
  onFetch,
  fetches,
  now,
}: HostFetchOptions): HostFetch {
  const specs = (manifest.destinations ?? []).map((declared): Spec => {
    const { id, requests, headers = [] } = declared;
    return { id, requests, headers, declared };
  });
  const budgets = createBudgets(requestLimits, () => now().getTime());
  const inFlight = new Map<string, number>();
  const active = new Set<Active>();

  return {
    async answer(params, call) {
      const asked = parseFetch(params);
      const plan = planRequest(specs, asked, ({ declared }) => resolvedScope(declared.scope, settings));
      if ("refusal" in plan) throw new HilumError(plan.refusal.code, { sent: "no", detail: plan.refusal.detail });
      const { request } = plan;
      admit(request);
      try {
        if (!allows(request.target)) throw new HilumError("policy.denied", { sent: "no" });
        return await perform(request, asked, call);
      } finally {
        count(request, -1);
      }
    },
    recheck() {
      for (const { scope, controller } of active)
        if (!allows(scope)) controller.abort(new HilumError("policy.denied", { sent: "maybe" }));
    },
  };

  function admit(request: Planned): void {
    const { id } = request.destination;
    if ((inFlight.get(id) ?? 0) >= requestLimits.inFlightMax)
      throw new HilumError("lane.full", {
        sent: "no",
        detail: `The plugin waits for ${requestLimits.inFlightMax} answers of this destination already.`,
      });
    try {
      budgets.take(key, id, request.bytes);
    } catch (error) {
      throw withSent(error, "no");
    }
    count(request, 1);
  }

  function count({ destination: { id } }: Planned, by: 1 | -1): void {
    inFlight.set(id, (inFlight.get(id) ?? 0) + by);
  }

  async function perform(request: Planned, asked: FetchParams, call: PeerCall): Promise<FetchResult> {
    const { declared } = request.destination;
    demandSecret(declared, manifest, settings);
    const made = presentRequest(request, asked);
    fetches.push(made);
    if (onFetch === undefined)
      throw new HilumError("provider.unreachable", {
        sent: "no",
        detail: "This test plays no provider: give `onFetch`.",
      });
    const controller = new AbortController();
    const late = (): void => controller.abort(new HilumError("provider.timeout", { sent: "maybe" }));
    const givenUp = (): void => controller.abort(new HilumError("plugin.killed", { sent: "maybe" }));
    const timeoutMs = Math.min(asked.timeoutMs ?? Infinity, declared.timeoutMs ?? destinationDefaults.timeoutMs);
    const timer = setTimeout(late, timeoutMs);
    const one = { scope: request.target, controller };
    active.add(one);
    call.signal.addEventListener("abort", givenUp, { once: true });
    try {
      const played = await playProvider(onFetch, made, controller.signal);
      return presentPlayed(played, request.template, declared.responseBytesMax ?? destinationDefaults.responseBytesMax);
    } finally {
      clearTimeout(timer);
      active.delete(one);
      call.signal.removeEventListener("abort", givenUp);
    }
  }
}

/** The destination's scope with the settings as they are; undefined while one that it names is missing. */
function resolvedScope(text: string, settings: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = parseScope(text);
  const resolved = isScope(parsed) ? resolveScope(parsed, settings) : undefined;
  return resolved !== undefined && isScope(resolved) ? formatScope(resolved) : undefined;
}

/** What the host would put into the request has to be there. A sign-in (`oauth2`) counts as done: tests have no browser. */
function demandSecret({ auth }: Destination, { config }: Manifest, settings: Readonly<Record<string, unknown>>): void {
  const names =
    auth?.type === "basic"
      ? [auth.username, auth.password]
      : auth?.type === "bearer"
        ? [auth.token]
        : auth?.type === "header"
          ? [auth.value]
          : auth?.type === "client_credentials"
            ? [auth.clientId, auth.clientSecret]
            : [];
  const missing = names.find((name) => typeof settings[name] !== "string" || settings[name] === "");
  if (missing !== undefined)
    throw new HilumError("provider.bad_credentials", {
      sent: "no",
      detail: `${config?.properties[missing]?.title ?? missing} is not set.`,
    });
}

function presentRequest(
  { destination, method, template, headers, body }: Planned,
  { path, query = {}, body: asked }: FetchParams,
): TestFetchRequest {
  return {
    ...{ destination: destination.id, method, path, request: template, query, headers },
    body:
      asked === undefined
        ? undefined
        : { text: body.toString("utf8"), ...("form" in asked ? { form: asked.form } : {}) },
  };
}

function withSent(error: unknown, sent: "no" | "maybe"): unknown {
  if (!isHilumError(error)) return error;
  const { code, detail, retryAfterMs } = error;
  return new HilumError(code, { detail, sent, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
