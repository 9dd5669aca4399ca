import { HilumError, isHilumError, type FetchParams, type FetchResult } from "@hilum/contract";
import { parseFetch, planRequest } from "@hilum/contract/wire";
import { requestLimits, type Budgets, type RequestLimits } from "@hilum/policy";
import type { IncomingCall, Serve } from "../../connection/incoming-calls.ts";
import { pluginContext } from "../../instance-key.ts";
import { govern, type Decision, type Governor } from "../../pipeline.ts";
import type { DecidePlugin } from "../../plugin-decisions.ts";
import type { Ticker } from "../../ticker.ts";
import { disclosureOf, type DecideDisclosure, type DisclosingInstance } from "../disclosure.ts";
import type { RecordReceipt } from "../receipt.ts";
import { createTurnedResolver } from "../resolve-host.ts";
import { secretHeaderOf } from "./credential-header.ts";
import { targetOf, type DestinationSpec, type Plan, type PlannedRequest } from "./destination-spec.ts";
import { createPool, type Pool, type PoolLimits, type PoolPorts } from "./pool.ts";
import { headersOf, measureOf, receiptOf, recordOf, requestOf, withSent, type Course } from "./present-fetch.ts";
import { readResponse } from "./read-response.ts";
import { sendRequest } from "./send-request.ts";

export interface FetchLimits extends PoolLimits, RequestLimits {}

export const fetchLimits: FetchLimits = {
  connectionsMax: 16,
  connectMs: 10_000,
  idleMs: 4_000,
  ...requestLimits,
};

export interface FetchPorts extends Omit<PoolPorts, "now"> {
  governor: Governor;
  decide: DecidePlugin;
  discloses: DecideDisclosure;
  recordReceipt: RecordReceipt;
  budgets: Budgets;
  ticker: Ticker;
  nextCall(): string;
  now(): Date;
  /** The platform's version, told to providers. */
  version: string;
}

/** The requests of one instance to its declared destinations. */
export interface Fetches {
  /** Serves `http.fetch`. */
  serve: Serve;
  /** Cuts what is under way and closes every connection. */
  close(): void;
}

/** How often requests under way are looked at for a revoked grant (threat 57). */
const RECHECK_MS = 400;
const RESOLVE_MS = 5_000;

interface Active {
  request: PlannedRequest;
  controller: AbortController;
}

export function createFetches(
  key: DisclosingInstance,
  destinations: readonly DestinationSpec[],
  ports: FetchPorts,
  limits: FetchLimits = fetchLimits,
): Fetches {
  const resolveHost = createTurnedResolver(ports.resolveHost, { timeoutMs: RESOLVE_MS, waitersMax: 64 });
  const pools = new Map<string, Pool>();
  const active = new Set<Active>();
  const inFlight = new Map<string, number>();
  let closed = false;
  let recheckAt = ports.ticker.now() + RECHECK_MS;
  const unsubscribe = ports.ticker.subscribe((nowMs) => {
    if (nowMs < recheckAt) return;
    recheckAt = nowMs + RECHECK_MS;
    for (const one of active) void recheck(one);
  });

  return {
    async serve(params, call) {
      const asked = parseFetch(params);
      const plan = planRequest(destinations, asked, targetOf);
      const began = performance.now();
      const course: Course = { sent: "no", decision: "deny", bytesIn: 0, reflected: false };
      try {
        const result = await governed(plan, asked, call, course);
        record(plan, asked, course, began, course.reflected ? "reflected" : undefined);
        return result;
      } catch (error) {
        const known = isHilumError(error) ? error : new HilumError("server.internal", { cause: error });
        record(plan, asked, course, began, known.code);
        throw withSent(known, course.sent);
      }
    },
    close() {
      closed = true;
      unsubscribe();
      for (const { controller } of active) controller.abort(new HilumError("plugin.not_running"));
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };

  function governed(plan: Plan, asked: FetchParams, call: IncomingCall, course: Course): Promise<FetchResult> {
    const deadline = new AbortController();
    const timeoutMs = "request" in plan ? Math.min(asked.timeoutMs ?? Infinity, plan.request.destination.timeoutMs) : 0;
    const timer = setTimeout(() => deadline.abort(new HilumError("provider.timeout")), timeoutMs);
    return govern(ports.governor, pluginContext(key), recordOf(key, ports.nextCall(), plan, asked), {
      resolve: () => plan,
      admit: () => admit(plan),
      decide: async () => {
        const decision = await decide(plan);
        course.decision = decision.allow ? "allow" : "deny";
        return decision;
      },
      perform: () => perform(plan, deadline, call, course),
      measure: () => measureOf(plan, course),
      release: () => {
        clearTimeout(timer);
        release(plan);
      },
    });
  }

  function admit(plan: Plan): undefined {
    if (closed) throw new HilumError("plugin.not_running");
    if ("refusal" in plan) return undefined;
    const { destination, bytes } = plan.request;
    const waiting = inFlight.get(destination.id) ?? 0;
    if (waiting >= limits.inFlightMax)
      throw new HilumError("lane.full", {
        detail: `The plugin waits for ${limits.inFlightMax} answers of this destination already.`,
      });
    ports.budgets.take(key, destination.id, bytes);
    inFlight.set(destination.id, waiting + 1);
    return undefined;
  }

  function release(plan: Plan): void {
    if ("refusal" in plan) return;
    const { id } = plan.request.destination;
    inFlight.set(id, (inFlight.get(id) ?? 1) - 1);
  }

  async function decide(plan: Plan): Promise<Decision> {
    if ("refusal" in plan) return plan.refusal;
    const { destination, target } = plan.request;
    const granted = await ports.decide(key, requestOf(destination));
    if (!granted.allow) return granted;
    const { decision, addresses } = await poolOf(plan.request).decide();
    if (!decision.allow) return decision;
    const about = { host: target.host, addresses, phi: destination.phi };
    return await ports.discloses(key, disclosureOf(key, about, ports.rules()));
  }

  async function perform(
    plan: Plan,
    controller: AbortController,
    call: IncomingCall,
    course: Course,
  ): Promise<FetchResult> {
    if ("refusal" in plan) throw new HilumError("destination.invalid");
    const { request } = plan;
    const { credential } = request.destination;
    const one = { request, controller };
    const cancel = (): void => controller.abort(new HilumError("plugin.killed"));
    active.add(one);
    call.signal.addEventListener("abort", cancel, { once: true });
    try {
      if (call.signal.aborted) cancel();
      controller.signal.throwIfAborted();
      const secret = credential === undefined ? undefined : secretHeaderOf(await credential());
      const response = await sendRequest(request, {
        pool: poolOf(request),
        headers: headersOf(request, secret, ports.version),
        signal: controller.signal,
        onSending: () => {
          course.sent = "maybe";
        },
      });
      course.bytesIn = response.body.length;
      course.status = response.status;
      if (response.status === 401) request.destination.credentialRefused?.();
      const { result, reflected } = await readResponse(request, response, secret);
      course.reflected = reflected;
      return result;
    } finally {
      active.delete(one);
      call.signal.removeEventListener("abort", cancel);
    }
  }

  function poolOf({ destination, target }: PlannedRequest): Pool {
    const found = pools.get(destination.id);
    if (found !== undefined) return found;
    const pool = createPool(target, { ...ports, resolveHost, now: ports.ticker.now }, limits);
    pools.set(destination.id, pool);
    return pool;
  }

  /** An error while deciding is a deny here as well: the request is cut. */
  async function recheck({ request, controller }: Active): Promise<void> {
    const cut = (): void => controller.abort(new HilumError("policy.denied"));
    try {
      if ((await ports.decide(key, requestOf(request.destination))).allow !== true) cut();
    } catch {
      cut();
    }
  }

  function record(plan: Plan, asked: FetchParams, course: Course, began: number, reason: string | undefined): void {
    ports.recordReceipt({
      plugin: key.plugin,
      instance: key.instance,
      at: ports.now(),
      durationMs: Math.round(performance.now() - began),
      ...receiptOf(plan, course, reason),
      ...(asked.call === undefined ? {} : { call: asked.call }),
    });
  }
}
