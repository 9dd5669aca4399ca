import type { AuditLog } from "@hilum/audit";
import type { Context } from "@hilum/contract";
import type { Dashboard, Plugin, Repair } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import type { VerificationsService } from "../audit/verifications.ts";
import type { PluginsService } from "../plugins/plugins.ts";

export interface DashboardParts {
  store: Store;
  auditLog: AuditLog;
  verifications: VerificationsService;
  plugins: PluginsService;
  repairs(now: Date): Promise<Repair[]>;
}

const hours = 24;
const slowestShown = 5;
const hourMs = 3_600_000;

export async function readDashboard(
  context: Context,
  { store, auditLog, verifications, plugins, repairs }: DashboardParts,
): Promise<Dashboard> {
  const now = context.now();
  const [open, list, counts, hourly, calls, verification, users] = await Promise.all([
    repairs(now),
    plugins.list(),
    store.messages.counts(),
    store.messages.hours(hours),
    store.health.calls(new Date(now.getTime() - hourMs).toISOString()),
    verifications.last(),
    store.users.list(),
  ]);
  const queued = counts.queued + counts.retrying + counts.sending;
  const anySent = counts.sent + counts.delivered > 0;
  return {
    sentence: describe(open, queued),
    repairs: open,
    checklist: checklistOf({
      secured: users.some(({ role, secondFactor }) => role === "administrator" && secondFactor),
      list,
      anySent,
      verified: verification?.ok === true,
    }),
    plugins: countPlugins(list),
    messages: { hours: hourly, queued, dead: counts.dead, uncertain: counts.uncertain },
    slowest: calls.slice(0, slowestShown).map(({ plugin, instance, p95Ms = 0, calls: total, failed, cause }) => ({
      plugin,
      instance,
      p95Ms,
      calls: total,
      failed,
      ...(cause === undefined ? {} : { cause }),
    })),
    audit: {
      size: auditLog.size,
      blocked: auditLog.blocked,
      ...(verification?.finishedAt === undefined || verification.ok === undefined
        ? {}
        : { lastVerified: { at: verification.finishedAt, ok: verification.ok } }),
    },
  };
}

function describe(repairs: readonly Repair[], queued: number): string {
  const pressing = repairs.filter(({ severity }) => severity === "critical" || severity === "error").length;
  const flow =
    queued === 0
      ? "No message waits."
      : queued === 1
        ? "One message is on its way."
        : `${queued} messages are on their way.`;
  if (repairs.length === 0) return `${flow} Nothing needs attention.`;
  const things = repairs.length === 1 ? "One thing needs you" : `${repairs.length} things need you`;
  return `${flow} ${things}${pressing > 0 ? ", the first of them soon" : ""}.`;
}

function checklistOf({
  secured,
  list,
  anySent,
  verified,
}: {
  secured: boolean;
  list: readonly Plugin[];
  anySent: boolean;
  verified: boolean;
}): Dashboard["checklist"] {
  const instances = list.flatMap((plugin) => plugin.instances);
  const waiting = instances.find(({ state }) => state !== "enabled");
  return [
    {
      id: "secure_account",
      title: "Protect your account",
      text: "Turn on one-time codes and keep the recovery codes.",
      done: secured,
      to: "/account",
    },
    {
      id: "add_plugin",
      title: "Add a plugin",
      text: "The practice mailbox needs no account and shows the whole way.",
      done: list.length > 0,
      to: "/plugins/add",
    },
    {
      id: "enable_plugin",
      title: "Set it up and enable it",
      text: "Answer its questions, review its access, and let its tests pass.",
      done: instances.some(({ state }) => state === "enabled"),
      to: waiting === undefined ? "/plugins" : `/plugins/${waiting.plugin}`,
    },
    {
      id: "send_message",
      title: "Send a test message",
      text: "Choose the plugin for e-mail, then write a message.",
      done: anySent,
      to: "/messages/compose",
    },
    {
      id: "verify_audit",
      title: "Verify the audit log",
      text: "Prove that nothing in it was changed.",
      done: verified,
      to: "/audit",
    },
  ];
}

function countPlugins(list: readonly Plugin[]): Dashboard["plugins"] {
  const counts = { not_tested: 0, healthy: 0, degraded: 0, failing: 0, disabled: 0, quarantined: 0, setup_needed: 0 };
  for (const { state, health } of list.flatMap((plugin) => plugin.instances)) {
    if (state === "enabled") counts[health]++;
    else if (state === "quarantined" || state === "disabled") counts[state]++;
    else counts.setup_needed++;
  }
  return counts;
}
