import { coversScope, formatScope, isScope, parseScope, resolveScope, type Scope } from "@hilum/contract";
import { decide, type Grant, type Request } from "@hilum/policy";
import type { VectorFile } from "./vector-file.ts";

const texts: readonly string[] = [
  ...[
    "system/Communication.u",
    "patient/Observation.r",
    "user/Patient.cruds",
    "system/DocumentReference.rs?category=imaging",
  ],
  ...[
    "system/Patient.rs?name=a&_id=1",
    "system/Patient.sr",
    "system/Patient.rr",
    "system/Patient.x",
    "system/Patient.",
  ],
  ...[
    "system/*.r",
    "system/Communicaton.r",
    "system/Account.r",
    "system/Patient.r?name:exact=a",
    "system/Patient.r?a=1&a=2",
  ],
  ...[
    "system/Patient.r?subject.name=a",
    "system/Patient.r?a",
    "phi.readd",
    "sytem/Patient.r",
    "",
    "a b",
    "ü",
    `x${"y".repeat(500)}`,
  ],
  ...[
    "net:tcp://mail.example.org:587",
    "net:tcp://MAIL.example.org:587",
    "net:https://api.example.org:443",
    "net:tcp://10.0.0.1:25",
  ],
  ...[
    "net:tcp://[::1]:25",
    "net:tcp://[::ffff:1.2.3.4]:25",
    "net:tcp://[1::2::3]:25",
    "net:tcp://1.2.3:25",
    "net:tcp://0x7f.1:25",
  ],
  ...[
    "net:tcp://{config.host}:{config.port}",
    "net:tcp://{config.host}:25",
    "net:tcp://{host}:25",
    "net:tcp://host",
    "net:tcp://host:0",
  ],
  ...[
    "net:tcp://host:65536",
    "net:tcp://host:025",
    "net:tcp://host:25/x",
    "net:udp://host:53",
    "net:http://host:80",
    "net:tcp://*:25",
  ],
  ...[
    "net:tcp://a:b@host:25",
    "net:tcp:host:25",
    "net:tcp://-a:25",
    "net:tcp://a_b.example:25",
    "net:tcp://{config.a}{config.b}:25",
  ],
  ...["events:publish:com.example.thing.v1", "events:subscribe:a", "events:listen:a", "events:publish:A"],
  ...[
    "operations:call:com.example.directory/look_up",
    "operations:call:org.hilum.x/y",
    "operations:call:x/y",
    "operations:call:a.b/y",
  ],
  ...["jobs:schedule", "jobs:run", "jobs:schedul"],
];
const settings: readonly Record<string, unknown>[] = [
  ...[
    { host: "Mail.example.org", port: 25 },
    { host: "::1", port: "587" },
    { host: "", port: 25 },
    { port: 25 },
    { host: "a b", port: 25 },
  ],
  ...[
    { host: "a", port: 0 },
    { host: "a", port: 65_536 },
    { host: 5, port: 25 },
    { host: "a", port: "x" },
    { host: "a", port: true },
  ],
];

const key = { plugin: "com.example.mail", instance: "default" };
const granted = (resolved: string | undefined, more: Partial<Grant> = {}): Grant => ({
  ...{ ...key, scope: "net:tcp://{config.host}:25", decision: "granted", ...more },
  ...(resolved === undefined ? {} : { resolved }),
});
/** As a denial is kept: nothing is pinned. */
const denied = (scope: string): Grant => ({ ...key, scope, decision: "denied" });
const mail = "net:tcp://mail.example.org:25";
const api = "net:https://api.example.org:443";
const grantSets: readonly (readonly Grant[])[] = [
  [],
  [granted(mail), granted(api)],
  [granted(undefined), granted("net:tcp://{config.host}:25")],
  [granted(mail), granted(mail, { decision: "denied" })],
  [granted(mail, { until: 1000 }), granted(api, { until: 1001 })],
  [granted(mail, { instance: "other" }), granted(api, { plugin: "com.example.other" })],
  [granted("system/Patient.crs"), granted("system/Observation.rs?category=laboratory"), granted("system/Binary.c")],
  [
    granted("system/Observation.rs"),
    granted("system/Observation.r?code=http:%2F%2Floinc.org%7C8867-4&status=final"),
    denied("system/Observation.r?category=social-history"),
    denied("system/Patient.r"),
    granted("system/Patient.r", { until: 1001 }),
  ],
  [
    granted("system/Observation.r?category=%E0%A4%A"),
    granted("system/Patient.r?_tag=a"),
    denied("system/Patient.cruds"),
  ],
];
const requests: readonly Omit<Request, "actor" | "now">[] = [
  ...[
    mail,
    "net:tcp://MAIL.EXAMPLE.ORG:25",
    "net:tcp://mail.example.org:26",
    "net:https://mail.example.org:25",
    api,
  ].flatMap((scope) =>
    (["connect", "http.fetch"] as const).map((action) => ({ lane: "egress" as const, action, scope })),
  ),
  ...["net:tcp://{config.host}:25", "system/Patient.r", "nonsense", ""].map((scope) => ({
    lane: "egress" as const,
    action: "connect",
    scope,
  })),
  { lane: "egress", action: "connect" },
  { lane: "egress", action: "listen", scope: mail },
  { lane: "log", action: "log" },
  ...["messages.updateDelivery", "blobs.read"].flatMap((action) =>
    [key, { ...key, instance: "other" }, undefined].map((owner) => ({
      ...{ lane: "messages" as const, action },
      ...(owner === undefined ? {} : { owner }),
    })),
  ),
  ...["state.get", "state.put", "state.delete", "state.list"].map((action) => ({
    lane: "state" as const,
    action,
    owner: key,
  })),
  { lane: "records", action: "read", scope: "system/Patient.r" },
  ...["system/Patient.r", "system/Patient.cs", "system/Observation.r", "system/Observation.s", "user/Patient.r"].map(
    (scope) => ({ lane: "records" as const, action: "records.read", scope }),
  ),
  { lane: "records", action: "records.search", scope: "system/Observation.s?category=laboratory" },
  { lane: "records", action: "records.search" },
  { lane: "records", action: "blobs.write", owner: key },
  { lane: "records", action: "blobs.write", owner: { ...key, instance: "other" } },
  { lane: "records", action: "blobs.write", scope: "system/Binary.c" },
  { lane: "messages", action: "state.get", owner: key },
  { lane: "log", action: "log", epochSeen: 2 },
];

/** How scopes are read, resolved and compared, and what grants of them allow. */
export function scopeVectors(): VectorFile[] {
  const read = texts.map(parseScope).filter((scope): scope is Scope => isScope(scope));
  const actor = { kind: "plugin", id: `plugin:${key.plugin}/${key.instance}`, ...key } as const;
  const person = { kind: "user", id: "u1" } as unknown as Request["actor"];
  return [
    {
      name: "scopes",
      about:
        "A scope's `text`, and its one spelling (`scope`) or the `problem`. `resolved`: under each of `settings` of the first case, the spelling or the problem. `covers`: which of the scopes that are right, by their place among them, a grant of this one allows.",
      cases: [
        { settings },
        ...texts.map((text) => {
          const scope = parseScope(text);
          if (!isScope(scope)) return { text, problem: scope };
          const resolved = settings.map((given) => {
            const filled = resolveScope(scope, given);
            return isScope(filled) ? formatScope(filled) : filled;
          });
          const covers = read.flatMap((other, index) => (coversScope(scope, other) ? [index] : []));
          return {
            ...{ text, scope: formatScope(scope), covers },
            ...(text.includes("{config.") ? { resolved } : {}),
          };
        }),
      ],
    },
    {
      name: "decisions",
      about:
        "What a plugin's instance asks (`request`) at the time 1000 under a set of `grants`, and the decision of the policy. `epoch` counts the changes of the grants.",
      cases: [
        ...grantSets.flatMap((grants) =>
          requests.map((request) => {
            const decision = decide({ ...request, actor, now: 1000 }, grants, 1);
            return { request, grants, epoch: 1, ...outcomeOf(decision) };
          }),
        ),
        ...[{ lane: "log" as const, action: "log" }].map((request) => ({
          ...{ request, actorKind: "user", grants: [], epoch: 1 },
          ...outcomeOf(decide({ ...request, actor: person, now: 1000 }, [], 1)),
        })),
        ...[0.5, -1].map((epoch) => ({
          ...{ request: { lane: "log", action: "log" }, grants: [], epoch },
          ...outcomeOf(decide({ lane: "log", action: "log", actor, now: 1000 }, [], epoch)),
        })),
      ],
    },
  ];
}

const outcomeOf = (decision: ReturnType<typeof decide>): object =>
  decision.allow
    ? {
        ...{ allow: true, implied: decision.grant === "implied" },
        ...(decision.rows === undefined ? {} : { rows: decision.rows.map(({ all, none }) => [all, none]) }),
      }
    : { allow: false, reason: decision.reason };
