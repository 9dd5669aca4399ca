import type { HookDelivery } from "@hilum/contract/api";
import { hookVerdicts } from "@hilum/contract/api";
import { describe, expect, it } from "vitest";
import { explainDelivery, verdictOf } from "./hook-words.ts";

const delivery = (changes: Partial<HookDelivery>): HookDelivery => ({
  id: "01",
  hook: "status",
  at: "2026-03-02T08:00:00.000Z",
  method: "POST",
  origin: "vendor",
  verdict: "accepted",
  status: 200,
  bytes: 1,
  durationMs: 1,
  ...changes,
});

describe("what is said of a delivery", () => {
  it("has a word for each verdict, and says why and what to do of each that was not taken", () => {
    for (const verdict of hookVerdicts) {
      expect(verdictOf(delivery({ verdict }))[1], verdict).toMatch(/^[A-Z]/);
      const explained = explainDelivery(delivery({ verdict, reason: "somethingNew" }));
      if (verdict === "accepted") expect(explained).toBeUndefined();
      else expect(explained?.todo, verdict).toMatch(/\.$/);
    }
  });

  it("tells a plugin's own refusal from a taken one, and the future from the past", () => {
    expect(verdictOf(delivery({ status: 422 }))[1]).toBe("Refused by the plugin");
    expect(explainDelivery(delivery({ status: 422 }))?.why).toContain("422");
    expect(verdictOf(delivery({ verdict: "stale", reason: "from_the_future" }))[1]).toBe("From the future");
    expect(explainDelivery(delivery({ verdict: "bad_signature", reason: "key_missing" }))?.todo).toContain("Settings");
  });
});
