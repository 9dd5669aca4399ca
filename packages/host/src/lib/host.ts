import { HilumError, type FetchParams, type FetchResult } from "@hilum/contract";
import { createCallIds } from "./call-ids.ts";
import type { AnswerTo } from "./connection/answers.ts";
import type { Link } from "./connection/link.ts";
import type { AddressRules } from "./egress/address.ts";
import type { DecideDisclosure } from "./egress/disclosure.ts";
import { createEgress } from "./egress/egress-server.ts";
import { createBudgets, storeRequestLimits } from "@hilum/policy";
import type { DestinationSpec } from "./egress/fetch/destination-spec.ts";
import { createTlsConnector } from "./egress/fetch/connect-tls.ts";
import { createFetches, fetchLimits, type FetchLimits } from "./egress/fetch/fetches.ts";
import { createOwnAddresses } from "./egress/own-addresses.ts";
import type { RecordReceipt } from "./egress/receipt.ts";
import { createProbe, type ProbeReport, type ProbeTarget } from "./egress/probe.ts";
import { createTurnedResolver, resolveBySystem, type ResolveHost } from "./egress/resolve-host.ts";
import type { TunnelLimits } from "./egress/tunnel.ts";
import { keyText, type InstanceKey } from "./instance-key.ts";
import type { LanePorts } from "./lanes/lanes.ts";
import type { PluginLogLine } from "./logs/plugin-log.ts";
import type { CallContext, Governor } from "./pipeline.ts";
import { createPluginDecisions, type GrantsPort } from "./plugin-decisions.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { createInstance, type Instance } from "./supervisor/instance.ts";
import { supervisorContext } from "./supervisor/run-notes.ts";
import type { InstanceSpec, InstanceStatus } from "./supervisor/instance-spec.ts";
import type { DecideCall, PluginCall } from "./supervisor/plugin-call.ts";
import type { RestartBudgetOptions } from "./supervisor/restart-budget.ts";
import { createSlots } from "./supervisor/slots.ts";
import { createTicker } from "./ticker.ts";
import { createWireInspector, type WireInspector } from "./wire/wire-inspector.ts";

export interface HostOptions extends Governor, GrantsPort {
  sandbox: Pick<Sandbox, "start">;
  /** Folder for the sockets of the egress tunnels. Short: a socket's whole path may have 107 bytes. */
  stateDir: string;
  /** The platform's version, told to plugins. */
  version: string;
  now(): Date;
  lanes: LanePorts;
  /** Whether the host may start the instance, or call it. */
  decideCall: DecideCall;
  /** Lines of a plugin's log: redacted, escaped, bounded, rate-capped. */
  writeLog(key: InstanceKey, line: PluginLogLine): void;
  egress: {
    /** The administrator's own ranges. */
    privateRanges(): readonly { cidr: string }[];
    /** Ports on which the platform listens; no tunnel leads there. */
    ownPorts(): readonly number[];
    resolveHost?: ResolveHost;
    limits?: Partial<TunnelLimits>;
    fetchLimits?: Partial<FetchLimits>;
    /** PEM of certificate authorities that an administrator added to the public ones. */
    authorities?(): readonly string[];
    /** Whether patient data may leave to a host. Without it nothing is asked. */
    discloses?: DecideDisclosure;
    recordReceipt?: RecordReceipt;
  };
  restarts?: RestartBudgetOptions;
  /** Instances that come up at the same time. */
  startsAtOnce?: number;
}

export interface HostCall extends InstanceKey, PluginCall {}

/** Runs plugins and carries every crossing between them and the platform. */
export interface Host {
  /**
   * Starts an instance; one that runs under the same key is drained first. Resolves when it answers (a remote one: when its link may
   * come). With `keepTrying`, a failure goes on into backoff and quarantine.
   */
  start(spec: InstanceSpec, options?: { context?: CallContext; keepTrying?: boolean; drainMs?: number }): Promise<void>;
  stop(key: InstanceKey, options?: { drainMs?: number }): Promise<void>;
  /** Ends an instance at once and cuts what is in flight. */
  cut(key: InstanceKey): Promise<void>;
  /** Hands the link of a remote plugin to its instance. */
  attach(key: InstanceKey, link: Link, context?: CallContext): Promise<void>;
  /** Calls a method of a plugin through the pipeline; the answer is validated. */
  call<Method extends string>(context: CallContext, call: HostCall & { method: Method }): Promise<AnswerTo<Method>>;
  /** Looks at a destination that the instance may reach, as a call of it would: name, address, connection, certificate. */
  probe(context: CallContext, key: InstanceKey & { trial?: string }, target: ProbeTarget): Promise<ProbeReport>;
  /**
   * Makes a request of the host's own for an instance, as `http.fetch` would make it: the same grants, judgement of addresses,
   * limits, receipt and entries. A token endpoint is asked so.
   */
  fetch(key: InstanceKey, destination: DestinationSpec, params: Omit<FetchParams, "destination">): Promise<FetchResult>;
  status(key: InstanceKey): InstanceStatus | undefined;
  list(): InstanceStatus[];
  /** What passes between the host and its plugins, where somebody looks. Trials are not looked at. */
  readonly wire: Omit<WireInspector, "tap" | "close">;
  /** Hears each change of state; returns how to stop listening. */
  onChange(listener: (status: InstanceStatus) => void): () => void;
  /** Drains and ends everything. */
  close(options?: { drainMs?: number }): Promise<void>;
}

const DRAIN_MS = 10_000;

export function createHost(options: HostOptions): Host {
  const { audit, denials, now } = options;
  const governor: Governor = { audit, denials };
  const ticker = createTicker();
  const nextCall = createCallIds();
  const decidePlugin = createPluginDecisions(options, now);
  const instances = new Map<string, Instance>();
  const listeners = new Set<(status: InstanceStatus) => void>();
  const starts = createSlots({ concurrency: options.startsAtOnce ?? 4, queueMax: Number.POSITIVE_INFINITY });
  const resolveHost = options.egress.resolveHost ?? resolveBySystem;
  const authorities = options.egress.authorities ?? (() => []);
  const { privateRanges, ownPorts } = options.egress;
  const ownAddresses = createOwnAddresses(ticker.now);
  const rules = (): AddressRules => ({
    privateRanges: privateRanges(),
    ownPorts: ownPorts(),
    ownAddresses: ownAddresses(),
  });
  const ways = { governor, ticker, nextCall, decide: decidePlugin, rules };
  const outward = {
    ...{ ...ways, resolveHost, now },
    discloses: options.egress.discloses ?? (() => ({ allow: true })),
    recordReceipt: options.egress.recordReceipt ?? (() => undefined),
  } as const;
  const probe = createProbe({
    ...ways,
    resolveHost: createTurnedResolver(resolveHost, { timeoutMs: 5_000, waitersMax: 16 }),
    authorities,
  });
  const egress = createEgress({
    ...{ ...outward, stateDir: options.stateDir },
    ...(options.egress.limits === undefined ? {} : { limits: options.egress.limits }),
  });
  const fetching = { ...fetchLimits, ...options.egress.fetchLimits };
  const budgets = createBudgets(fetching, ticker.now);
  const connectTls = createTlsConnector(authorities);
  const limitsOf = ({ capabilities = [] }: Partial<Pick<InstanceSpec, "capabilities">>): FetchLimits =>
    capabilities.includes("store_records")
      ? { ...fetching, ...storeRequestLimits, ...options.egress.fetchLimits }
      : fetching;
  const openFetches = (spec: InstanceKey & Partial<Pick<InstanceSpec, "destinations" | "capabilities">>) =>
    createFetches(
      spec,
      spec.destinations ?? [],
      {
        ...{ ...outward, budgets, connectTls, version: options.version },
      },
      limitsOf(spec),
    );
  const wire = createWireInspector({ now });
  let closing = false;

  const make = (spec: InstanceSpec): Instance =>
    createInstance(spec, {
      ...{ governor, ticker, nextCall, decidePlugin, starts, now },
      ...{ sandbox: options.sandbox, lanes: options.lanes, decideCall: options.decideCall, version: options.version },
      openEgress: egress.open,
      openFetches,
      tap: (link) => (spec.trial === undefined ? wire.tap(spec, link) : link),
      writeLog: (line) => options.writeLog(spec, line),
      onChange: (status) => listeners.forEach((listener) => listener(status)),
      ...(options.restarts === undefined ? {} : { restarts: options.restarts }),
    });

  const find = (key: InstanceKey): Instance => {
    const instance = instances.get(keyText(key));
    if (instance === undefined) throw new HilumError(closing ? "server.stopping" : "plugin.not_running");
    return instance;
  };

  const stop = async (key: InstanceKey, drainMs: number): Promise<void> => {
    const instance = instances.get(keyText(key));
    await instance?.stop({ drainMs });
    if (instances.get(keyText(key)) === instance) instances.delete(keyText(key));
  };

  return {
    async start(spec, { context = supervisorContext, keepTrying = false, drainMs = DRAIN_MS } = {}) {
      if (closing) throw new HilumError("server.stopping");
      await stop(spec, drainMs);
      const instance = make(spec);
      instances.set(keyText(spec), instance);
      await instance.start(context, { keepTrying });
    },
    stop: (key, { drainMs = DRAIN_MS } = {}) => stop(key, drainMs),
    async cut(key) {
      await instances.get(keyText(key))?.cut("revoked");
      instances.delete(keyText(key));
    },
    attach: async (key, link, context = supervisorContext) => find(key).attach(context, link),
    // The parser of the method has made the answer; `Answers` is the type of that table.
    call: <Method extends string>(context: CallContext, call: HostCall & { method: Method }) =>
      callOrReject(() => find(call).call(context, call)) as Promise<AnswerTo<Method>>,
    probe,
    async fetch(key, destination, params) {
      if (closing) throw new HilumError("server.stopping");
      const fetches = openFetches({ ...key, destinations: [destination] });
      const whole = { cancelled: false, signal: new AbortController().signal };
      try {
        return (await fetches.serve({ ...params, destination: destination.id }, whole)) as FetchResult;
      } finally {
        fetches.close();
      }
    },
    status: (key) => instances.get(keyText(key))?.status(),
    wire,
    list: () => [...instances.values()].map((instance) => instance.status()),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close({ drainMs = DRAIN_MS } = {}) {
      closing = true;
      starts.refuseAll(new HilumError("server.stopping"));
      await Promise.all([...instances.values()].map((instance) => instance.stop({ drainMs })));
      instances.clear();
      wire.close();
      ticker.close();
    },
  };
}

/** A call to nobody fails like any other call: by its promise. */
function callOrReject(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}
