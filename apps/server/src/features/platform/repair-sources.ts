import type { AuditLog } from "@hilum/audit";
import type { Repair } from "@hilum/contract/api";
import type { Sandbox } from "@hilum/host";
import type { Store } from "@hilum/store";
import type { VerificationsService } from "../audit/verifications.ts";
import { pluginRepairs } from "./plugin-repairs.ts";
import type { RepairSource } from "./repairs.ts";

type Parts = {
  store: Store;
  auditLog: AuditLog;
  verifications: VerificationsService;
  sandbox: Sandbox;
  startedAt: Date;
  certificateUntil(): Date;
  egress(now: Date): Promise<Repair[]>;
  keys(now: Date): Promise<Repair[]>;
  marketplace(now: Date): Promise<Repair[]>;
  /** Channels whose messages wait. */
  routes(): Promise<Repair[]>;
  /** Programs that search for records that are not there. */
  records(): Promise<Repair[]>;
};

/** Every part of the platform that can have an open problem. */
export function createRepairSources({
  store,
  auditLog,
  verifications,
  sandbox,
  startedAt,
  certificateUntil,
  egress,
  keys,
  marketplace,
  routes,
  records,
}: Parts): RepairSource[] {
  return [
    { part: "the audit log", list: () => auditRepairs(auditLog, verifications, startedAt) },
    { part: "the sandbox", list: async () => sandboxRepairs(sandbox, startedAt) },
    { part: "plugins", list: () => pluginRepairs(store) },
    { part: "registrations", list: () => registrationRepairs(store) },
    { part: "messages", list: () => messageRepairs(store) },
    { part: "vendors and agreements", list: () => egress(new Date()) },
    { part: "the encryption keys", list: () => keys(new Date()) },
    { part: "the marketplace", list: () => marketplace(new Date()) },
    { part: "routes", list: routes },
    { part: "records", list: records },
    { part: "the certificate", list: async () => certificateRepairs(certificateUntil(), startedAt) },
  ];
}

async function auditRepairs(
  auditLog: AuditLog,
  verifications: VerificationsService,
  startedAt: Date,
): Promise<Repair[]> {
  const repairs: Repair[] = [];
  const to = { label: "Open the audit log", to: "/audit" };
  if (auditLog.blocked)
    repairs.push({
      id: "audit:blocked",
      severity: "critical",
      title: "Nothing is done: the audit log cannot be written",
      why: "A write to the data folder's disk failed. Without an audit entry there is no effect.",
      fix: "Free space or repair the disk, then start Hilum again.",
      since: startedAt.toISOString(),
      link: to,
    });
  if (auditLog.status().degraded)
    repairs.push({
      id: "audit:degraded",
      severity: "error",
      title: "The audit log has lost its second copy",
      why: "One of its two places cannot be written.",
      fix: "Repair that disk, then start Hilum again.",
      since: startedAt.toISOString(),
      link: to,
    });
  const last = await verifications.last();
  if (last?.ok === false)
    repairs.push({
      id: "audit:broken",
      severity: "critical",
      title: "The audit log does not verify",
      why: last.problems[0]?.message ?? "An entry differs from what was signed.",
      fix: "Keep the disk as evidence and read which entry differs.",
      since: last.finishedAt ?? last.startedAt,
      link: to,
    });
  return repairs;
}

function sandboxRepairs(sandbox: Sandbox, startedAt: Date): Repair[] {
  const report = sandbox.report();
  if (report.level === "isolated" || report.checkedAt === "") return [];
  return [
    {
      id: "sandbox:not_available",
      severity: "error",
      title: "Plugins cannot be isolated on this machine",
      why: report.reason ?? "A control of the sandbox is missing, so plugins that need it are refused.",
      fix: report.fix ?? "Open Settings, Sandbox.",
      since: startedAt.toISOString(),
      link: { label: "Open the sandbox", to: "/settings/sandbox" },
    },
  ];
}

async function registrationRepairs(store: Store): Promise<Repair[]> {
  return (await store.registrations.list()).map((row) => ({
    id: `registration:${row.id}`,
    severity: "info",
    title: row.kind === "plugin" ? `${row.name} asks to be registered` : `${row.name} has a new manifest`,
    why:
      row.kind === "plugin"
        ? "It was registered from this machine without a token and has no rights yet."
        : "The manifest differs from the one that is approved; the old one stays in force.",
    fix: "Read what it asks for, then approve or reject it.",
    since: row.at,
    link: { label: "Review", to: "/plugins" },
    plugin: row.plugin,
  }));
}

async function messageRepairs(store: Store): Promise<Repair[]> {
  const counts = await store.messages.counts();
  const repairs: Repair[] = [];
  const oldest = async (state: "dead" | "uncertain") =>
    (await store.messages.list({ state, limit: 1 })).items[0]?.updatedAt ?? new Date(0).toISOString();
  if (counts.uncertain > 0)
    repairs.push({
      id: "messages:uncertain",
      severity: "error",
      title:
        counts.uncertain === 1
          ? "One message may or may not have gone out"
          : `${counts.uncertain} messages may or may not have gone out`,
      why: "The provider was asked and the answer was lost. Sending again could send twice.",
      fix: "Ask the provider, then try again or discard.",
      since: await oldest("uncertain"),
      link: { label: "See them", to: "/messages?state=uncertain" },
    });
  if (counts.dead > 0)
    repairs.push({
      id: "messages:dead",
      severity: "warning",
      title: counts.dead === 1 ? "One message could not be sent" : `${counts.dead} messages could not be sent`,
      why: "Every attempt failed, or the provider refused for good.",
      fix: "Open it, correct the cause, and send it again or discard it.",
      since: await oldest("dead"),
      link: { label: "See them", to: "/messages?state=dead" },
    });
  const waiting = counts.queued + counts.retrying;
  const routes = await store.routes.list();
  if (waiting > 0 && routes.length === 0)
    repairs.push({
      id: "routes:none",
      severity: "warning",
      title: "Messages wait and no provider is chosen",
      why: "No channel has a provider.",
      fix: "Choose one under Messages, Routing.",
      since:
        (await store.messages.list({ state: "queued", limit: 1 })).items[0]?.createdAt ?? new Date(0).toISOString(),
      link: { label: "Choose a provider", to: "/messages/routing" },
    });
  return repairs;
}

const warnDays = 14;

function certificateRepairs(until: Date, startedAt: Date): Repair[] {
  const days = Math.floor((until.getTime() - Date.now()) / 86_400_000);
  if (days > warnDays) return [];
  return [
    {
      id: "certificate:ends",
      severity: "warning",
      title: `The server's certificate ends in ${days} days`,
      why: "It is renewed when Hilum starts.",
      fix: "Start Hilum again.",
      since: startedAt.toISOString(),
      link: { label: "Open settings", to: "/settings" },
    },
  ];
}
