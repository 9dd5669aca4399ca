import { describe, expect, it } from "vitest";
import { newestFor, previousOf } from "./which-version.ts";

const at = "2026-11-01T00:00:00.000Z";
const offer = (version: string, more: object = {}) => ({
  ...{ version, digest: version, bytes: 1, publishedAt: at, changelog: "", security: false, installed: false },
  ...more,
});
const keep = (version: string, installedAt: string, running = false) => ({
  ...{ version, digest: version, status: "signed" as const, installedAt, installedBy: "user:ana", running },
  rollBack: { possible: !running },
});

describe("the version that an update leads to", () => {
  it("is the newest above the one that runs that may be taken", () => {
    const offered = [
      offer("4.0.0", { unfit: "It needs Hilum 9." }),
      offer("3.0.0", { coolingOffUntil: at }),
      offer("2.2.0", { yanked: "It loses messages." }),
      offer("2.1.0"),
      offer("2.0.0", { installed: true }),
      offer("1.0.0"),
    ];
    expect(newestFor({ offered, installed: keep("2.0.0", at, true) })?.version).toBe("2.1.0");
  });

  it("is none where the one that runs is the newest", () => {
    expect(
      newestFor({ offered: [offer("2.0.0"), offer("1.0.0")], installed: keep("2.0.0", at, true) }),
    ).toBeUndefined();
  });
});

describe("the version that one click back leads to", () => {
  const kept = [
    keep("3.0.0", "2026-11-03T00:00:00.000Z", true),
    keep("2.0.0", "2026-11-02T00:00:00.000Z"),
    keep("1.0.0", "2026-11-01T00:00:00.000Z"),
  ];
  const row = { ...{ at, by: "user:ana", kind: "update" as const, from: "1.0.0", to: "3.0.0" }, job: "j" };

  it("is what ran before, even where a later one is kept", () => {
    expect(previousOf({ kept, installed: kept[0]!, history: [{ ...row, state: "succeeded" }] })?.version).toBe("1.0.0");
  });

  it("is what was installed last where the history does not say", () => {
    expect(previousOf({ kept, installed: kept[0]!, history: [{ ...row, state: "failed" }] })?.version).toBe("2.0.0");
  });
});
