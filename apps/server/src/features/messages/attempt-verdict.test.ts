import { HilumError } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { judgeFailure, roundsMax } from "./attempt-verdict.ts";

const judge = (code: ConstructorParameters<typeof HilumError>[0], round = 1) =>
  judgeFailure(new HilumError(code), round, undefined, 0.5);

describe("judgeFailure", () => {
  it("waits longer after each round, up to four hours, never all at the same moment", () => {
    const delays = [1, 2, 3, 12].map((round) => judge("provider.unreachable", round).delayMs);
    expect(delays).toEqual([15_000, 30_000, 60_000, 4 * 3_600_000]);
    const jittered = judgeFailure(new HilumError("provider.unreachable"), 1, undefined, 0.99).delayMs;
    expect(jittered).toBeGreaterThan(22_000);
  });

  it("gives up what cannot succeed, and what was tried often enough", () => {
    expect(judge("provider.recipient").next).toBe("dead");
    expect(judge("provider.unreachable", roundsMax).next).toBe("dead");
  });

  it("does not count waiting for a plugin that is not there", () => {
    expect(judge("plugin.not_running", roundsMax + 5).next).toBe("not_tried");
    expect(judge("lane.full").next).toBe("not_tried");
  });

  it.each(["plugin.timeout", "plugin.link_lost", "plugin.killed", "plugin.bad_reply"] as const)(
    "threat 214: leaves it to a person when %s hides whether it went out",
    (code) => {
      expect(judge(code).next).toBe("uncertain");
    },
  );

  it("takes a failure without a word about it for one that may have gone out, unless the provider refused", () => {
    expect(judgeFailure(new HilumError("plugin.failed"), 1, { code: "plugin.failed" }, 0.5).next).toBe("uncertain");
    expect(judgeFailure(new HilumError("provider.refused"), 1, { code: "provider.refused" }, 0.5).next).toBe("dead");
    expect(judgeFailure(new HilumError("message.invalid"), 1, { code: "message.invalid" }, 0.5).next).toBe("dead");
  });

  it("waits for an agreement that the plugin met on its way, as long as nothing went out", () => {
    const missing = new HilumError("agreement.missing");
    const data = { code: "agreement.missing", sent: "no", retry: "never" } as const;
    expect(judgeFailure(missing, roundsMax + 5, data, 0.5)).toMatchObject({
      next: "not_tried",
      cause: "configuration",
    });
    expect(judgeFailure(missing, 1, { ...data, sent: "maybe" }, 0.5).next).toBe("uncertain");
    expect(judge("agreement.test_mode", roundsMax + 5).next).toBe("not_tried");
    const denied = { code: "policy.denied", sent: "no", retry: "never" } as const;
    expect(judgeFailure(new HilumError("policy.denied"), 1, denied, 0.5).next).toBe("dead");
    const full = { code: "lane.full", sent: "no", retry: "later", retryAfterMs: 60_000 } as const;
    expect(judgeFailure(new HilumError("lane.full"), 1, full, 0.5)).toMatchObject({ next: "retry", delayMs: 60_000 });
  });

  it("lets another provider have it only when nothing went out and the recipient is not the cause", () => {
    const elsewhere = (code: Parameters<typeof judge>[0], round?: number) => judge(code, round).elsewhere;
    expect(elsewhere("provider.sender")).toBe(true);
    expect(elsewhere("provider.refused")).toBe(true);
    expect(elsewhere("provider.unreachable", roundsMax)).toBe(true);
    expect(elsewhere("plugin.not_running")).toBe(true);
    expect(elsewhere("provider.recipient")).toBe(false);
    expect(elsewhere("plugin.timeout")).toBe(false);
    const maybe = judgeFailure(
      new HilumError("provider.unreachable"),
      1,
      { code: "provider.unreachable", sent: "maybe" },
      0.5,
    );
    expect(maybe.elsewhere).toBe(false);
  });

  it("takes the plugin's word for whether something may have gone out, and when to come back", () => {
    const error = new HilumError("provider.unreachable");
    expect(judgeFailure(error, 1, { code: "provider.unreachable", sent: "maybe" }, 0.5).next).toBe("uncertain");
    expect(judgeFailure(error, 1, { code: "provider.unreachable", retry: "never" }, 0.5).next).toBe("dead");
    expect(judgeFailure(error, 1, { code: "provider.quota", retry: "later", retryAfterMs: 60_000 }, 0.5)).toMatchObject(
      {
        next: "retry",
        delayMs: 60_000,
        cause: "quota",
      },
    );
  });
});
