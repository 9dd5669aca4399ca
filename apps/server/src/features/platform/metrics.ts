import type { AuditLog } from "@hilum/audit";
import type { Store } from "@hilum/store";
import type * as Prometheus from "prom-client";

export interface Metrics {
  /** Counts an answered request. `operation` is an operation's id: never an address, which may hold ids. */
  observeRequest(operation: string, status: number, seconds: number): void;
  render(): Promise<{ type: string; text: string }>;
}

/** Prometheus metrics. Labels are operation ids, plugin ids, instance ids and states: none can name a person. */
export async function createMetrics({
  auditLog,
  store,
}: {
  auditLog: AuditLog;
  store: Pick<Store, "messages" | "health">;
}): Promise<Metrics> {
  // Loaded at the first request that counts, not at the start.
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "hilum_" });
  const registers = [registry];
  const requests = new Counter({
    name: "hilum_http_requests_total",
    help: "Answered requests by operation and status.",
    labelNames: ["operation", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "hilum_http_request_seconds",
    help: "Time to answer.",
    labelNames: ["operation"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  gauge(Gauge, registers, "hilum_audit_entries", "Durable entries of the audit log.", (set) => set({}, auditLog.size));
  gauge(
    Gauge,
    registers,
    "hilum_audit_blocked",
    "1 while the audit log cannot be written and nothing is done.",
    (set) => set({}, auditLog.blocked ? 1 : 0),
  );
  gauge(
    Gauge,
    registers,
    "hilum_messages",
    "Messages by state.",
    async (set) => {
      for (const [state, count] of Object.entries(await store.messages.counts())) set({ state }, count);
    },
    ["state"],
  );
  gauge(
    Gauge,
    registers,
    "hilum_plugin_calls_hour",
    "Calls of the last hour by instance and whether they failed.",
    async (set) => {
      for (const totals of await store.health.calls(new Date(Date.now() - 3_600_000).toISOString())) {
        set({ plugin: totals.plugin, instance: totals.instance, outcome: "ok" }, totals.calls - totals.failed);
        set({ plugin: totals.plugin, instance: totals.instance, outcome: "failed" }, totals.failed);
      }
    },
    ["plugin", "instance", "outcome"],
  );
  return {
    observeRequest(operation, status, took) {
      requests.inc({ operation, status });
      seconds.observe({ operation }, took);
    },
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

type Set = (labels: Record<string, string>, value: number) => void;

function gauge(
  Gauge: typeof Prometheus.Gauge,
  registers: Prometheus.Registry[],
  name: string,
  help: string,
  read: (set: Set) => void | Promise<void>,
  labelNames: string[] = [],
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers,
    async collect() {
      this.reset();
      await read((labels, value) => this.set(labels, value));
    },
  });
}
