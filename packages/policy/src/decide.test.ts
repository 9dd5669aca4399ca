import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, lanes, type Request } from "./decide.ts";
import type { Grant } from "./grant.ts";

const own = { plugin: "com.example.mail", instance: "default" };
const actor = { kind: "plugin", id: "plugin:com.example.mail/default", ...own } as const;
const destination = "net:tcp://mail.example.org:587";
const grant: Grant = {
  ...own,
  scope: "net:tcp://{config.host}:{config.port}",
  resolved: destination,
  decision: "granted",
};
const connect: Request = { actor, lane: "egress", action: "connect", scope: destination, now: 1000 };

const anyGrant = fc.record(
  {
    plugin: fc.constantFrom("com.example.mail", "com.example.other"),
    instance: fc.constantFrom("default", "second"),
    scope: fc.constantFrom(grant.scope, "net:tcp://a.example.org:25", "system/Patient.rs"),
    resolved: fc.constantFrom(destination, "net:tcp://a.example.org:25", "net:tcp://{config.host}:587", "nonsense"),
    decision: fc.constantFrom("granted" as const, "denied" as const),
    until: fc.nat(2000),
  },
  { requiredKeys: ["plugin", "instance", "scope", "decision"] },
);
const anyRequest: fc.Arbitrary<Request> = fc.record({
  actor: fc.constantFrom<Request["actor"]>(
    actor,
    { ...actor, instance: "second" },
    { kind: "anonymous", id: "anonymous", peer: "127.0.0.1" },
  ),
  lane: fc.constantFrom(...lanes),
  action: fc.oneof(fc.constantFrom("connect", "log", "state.get", "blobs.read"), fc.string()),
  scope: fc.oneof(fc.constantFrom(destination, "net:tcp://a.example.org:25"), fc.string()),
  now: fc.nat(2000),
});

describe("decide", () => {
  it("allows exactly the granted host and port", () => {
    expect(decide(connect, [grant], 1)).toEqual({ allow: true, grant });
    for (const scope of [
      "net:tcp://mail.example.org:25",
      "net:tcp://mail.example.org.evil.example:587",
      "net:https://mail.example.org:587",
    ])
      expect(decide({ ...connect, scope }, [grant], 1)).toEqual({ allow: false, reason: "scope.not_granted" });
  });

  it("pins the resolved value: an unresolved grant allows nothing", () => {
    const { resolved: _, ...unresolved } = grant;
    expect(decide(connect, [unresolved], 1).allow).toBe(false);
    expect(decide(connect, [{ ...grant, resolved: grant.scope }], 1).allow).toBe(false);
    expect(decide({ ...connect, scope: grant.scope }, [{ ...grant, resolved: grant.scope }], 1).allow).toBe(false);
  });

  it("threat 48, 60: does not count grants of another plugin or instance", () => {
    expect(decide(connect, [{ ...grant, instance: "second" }], 1).allow).toBe(false);
    expect(decide(connect, [{ ...grant, plugin: "com.example.other" }], 1).allow).toBe(false);
  });

  it("threat 53: gives an instance its own state and messages, and nobody else's", () => {
    const read: Request = { actor, lane: "state", action: "state.get", owner: own, now: 0 };
    expect(decide(read, [], 1)).toEqual({ allow: true, grant: "implied" });
    expect(decide({ ...read, owner: { ...own, instance: "second" } }, [], 1)).toEqual({
      allow: false,
      reason: "owner.other",
    });
    expect(decide({ actor, lane: "messages", action: "messages.updateDelivery", now: 0 }, [grant], 1)).toEqual({
      allow: false,
      reason: "owner.other",
    });
  });

  it("honours an end and a denial", () => {
    expect(decide(connect, [{ ...grant, until: 1000 }], 1).allow).toBe(false);
    expect(decide(connect, [{ ...grant, until: 1001 }], 1).allow).toBe(true);
    expect(decide(connect, [grant, { ...grant, decision: "denied" }], 1)).toEqual({
      allow: false,
      reason: "scope.denied",
    });
  });

  it("threat 63: refuses grants of an older epoch than one that was seen", () => {
    expect(decide({ ...connect, epochSeen: 7 }, [grant], 6)).toEqual({ allow: false, reason: "epoch.rolled_back" });
    expect(decide({ ...connect, epochSeen: 7 }, [grant], Number.NaN)).toEqual({
      allow: false,
      reason: "epoch.rolled_back",
    });
    expect(decide({ ...connect, epochSeen: 7 }, [grant], 7).allow).toBe(true);
  });

  it("threat 61, 62: denies when deciding fails", () => {
    const broken = new Proxy(grant, {
      get: () => {
        throw new Error("broken");
      },
    });
    expect(decide(connect, [broken], 1)).toEqual({ allow: false, reason: "decision.failed" });
    expect(decide(undefined as unknown as Request, [grant], 1)).toEqual({ allow: false, reason: "decision.failed" });
  });

  it("denies whatever it does not know", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (lane, action) => {
        fc.pre(
          ![
            "log",
            "state.get",
            "state.put",
            "state.delete",
            "blobs.read",
            "messages.updateDelivery",
            "connect",
          ].includes(action),
        );
        return !decide({ ...connect, lane: lane as Request["lane"], action, owner: own }, [grant], 1).allow;
      }),
    );
  });

  it("threat 35: is not fooled by the names of object members", () => {
    for (const action of ["__proto__", "constructor", "toString"])
      expect(decide({ ...connect, action }, [grant], 1)).toEqual({ allow: false, reason: "action.unknown" });
  });

  it("never allows less with one more granted grant", () => {
    fc.assert(
      fc.property(anyRequest, fc.array(anyGrant), anyGrant, (request, grants, more) => {
        const granted = { ...more, decision: "granted" as const };
        return !decide(request, grants, 1).allow || decide(request, [...grants, granted], 1).allow;
      }),
      { numRuns: 500 },
    );
  });

  it("never allows more with one more denial, nor by the order of grants", () => {
    fc.assert(
      fc.property(anyRequest, fc.array(anyGrant), anyGrant, (request, grants, more) => {
        const before = decide(request, grants, 1).allow;
        const after = decide(request, [{ ...more, decision: "denied" as const }, ...grants], 1).allow;
        return (before || !after) && decide(request, grants.toReversed(), 1).allow === before;
      }),
      { numRuns: 500 },
    );
  });

  it("allows egress only where a live grant of the same instance is pinned to the very destination", () => {
    fc.assert(
      fc.property(anyRequest, fc.array(anyGrant), (request, grants) => {
        const decision = decide(request, grants, 1);
        if (!decision.allow || decision.grant === "implied") return true;
        const { plugin, instance, resolved, until } = decision.grant;
        return (
          request.actor.kind === "plugin" &&
          plugin === request.actor.plugin &&
          instance === request.actor.instance &&
          resolved === request.scope &&
          (until === undefined || until > request.now)
        );
      }),
      { numRuns: 500 },
    );
  });
});
