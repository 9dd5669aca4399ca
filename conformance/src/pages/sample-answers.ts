import { withDefaults, type Manifest } from "@hilum/contract";
import type { BridgeMethodName, PageMessage } from "@hilum/contract/bridge";

const at = "2026-03-02T08:00:00.000Z";

const message = (id: string, state: PageMessage["state"], more: Partial<PageMessage> = {}): PageMessage => ({
  id,
  channel: "sms",
  state,
  testMode: false,
  createdAt: at,
  updatedAt: at,
  recipient: "•••• 2345",
  moreRecipients: 0,
  attempts: 1,
  maybeSentTwice: false,
  ...more,
});

/** What the stand-in answers a page: an instance that is set up, with something good and something bad in every list. */
export function sampleAnswers(manifest: Manifest): Partial<Record<BridgeMethodName, unknown>> {
  const { config, smokeTests = [], setup } = manifest;
  const defaults = config === undefined ? {} : withDefaults(config, {});
  const settings = {
    schema: config ?? null,
    values: defaults,
    defaults,
    secrets: {},
    revision: 3,
    testMode: true,
    problems: [],
    savedAt: at,
  };
  const failed = {
    id: "reach",
    title: "Reaches the provider",
    status: "failed",
    cause: "network",
    detail: "It does not answer.",
    fix: "Check the address.",
    reply: "connect ECONNREFUSED",
    durationMs: 88,
  };
  const run = {
    id: "1",
    startedAt: at,
    status: "failed",
    results: smokeTests.map(({ id, title, live = false }, index) =>
      index === 0
        ? { ...failed, id, title, test: id, live }
        : { id, title, test: id, live, status: "passed", durationMs: 12 },
    ),
  };
  const steps = (setup?.steps ?? []).map(({ id, type, title, text, fields = [], options = [] }, index) => ({
    id,
    type,
    title,
    state: index === 0 ? "current" : "open",
    fields,
    options: options.map((option) => ({
      id: option.id,
      title: option.title,
      ...(option.text !== undefined && { text: option.text }),
    })),
    ...(text !== undefined && { text }),
  }));
  return {
    "config.read": settings,
    "config.test": { ok: false, rows: [failed] },
    "config.save": settings,
    "health.read": {
      state: "degraded",
      sentence: "One check fails.",
      running: true,
      checks: [failed, { id: "key", title: "The key is accepted", status: "passed", durationMs: 40 }],
      days: [{ day: "2026-03-01", state: "healthy", runs: 2, failed: 0 }],
      restarts: 1,
      restartBudget: 5,
      calls: { total: 1204, failed: 3, p50Ms: 12, p95Ms: 340 },
      tests: smokeTests.map(({ id, title, live = false }) => ({ id, title, live })),
      lastRun: run,
      checkedAt: at,
    },
    "smoke.run": run,
    "messages.list": {
      items: [message("1", "delivered"), message("2", "dead", { cause: "recipient", moreRecipients: 2 })],
      next: "2",
    },
    "messages.read": {
      message: message("2", "dead"),
      timeline: [
        { at, kind: "accepted" },
        { at, kind: "attempt", attempt: 1, plugin: manifest.id },
        { at, kind: "refused", attempt: 1, plugin: manifest.id, cause: "recipient", durationMs: 120 },
        { at, kind: "dead" },
      ],
    },
    "setup.read": {
      steps: [
        ...steps,
        {
          id: "summary",
          type: "summary",
          title: "Summary",
          state: steps.length === 0 ? "current" : "open",
          fields: [],
          options: [],
        },
      ],
      current: steps[0]?.id ?? "summary",
      schema: config ?? null,
      values: defaults,
      secretsSet: [],
      checks: {},
      finished: false,
    },
  };
}
