import type { PublicationPreview } from "@hilum/contract/api";
import { describe, expect, it } from "vitest";
import { forgetDraft, keepDraft, readDraft, type Draft } from "./hand-in-draft.ts";

const owner = { user: "u-1", plugin: undefined };
const draft: Draft = {
  at: "sign",
  ...{ folder: "com.example.sms", run: "run-1" },
  chosen: {
    ...{ name: "sms.hilum", size: 7, digest: "a".repeat(64) },
    conformance: { passed: 9, failed: 0, skipped: 1 },
  },
  said: {
    ...{ publisher: "com.example", changelog: "It waits longer.", security: false },
    screenshots: [{ image: "b".repeat(64), name: "list.png", alt: "The list" }],
  },
  preview: { listing: "{}\n", files: [], detail: { name: "SMS" } } as unknown as PublicationPreview,
};

/** Storage as a tab has it: what a reload finds. */
function aStorage(bytesMax = Number.POSITIVE_INFINITY) {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem(name: string, value: string) {
      if (value.length > bytesMax) throw new DOMException("full", "QuotaExceededError");
      kept.set(name, value);
    },
    removeItem: (name: string) => void kept.delete(name),
  };
}

describe("the draft of what is handed in", () => {
  it("is there again after a reload, at the same step", () => {
    const storage = aStorage();
    keepDraft(storage, owner, draft);
    expect(readDraft(storage, owner)).toEqual(draft);
    forgetDraft(storage);
    expect(readDraft(storage, owner)).toEqual({ at: "package" });
  });

  it("begins anew for another person, and for the way in from another plugin", () => {
    const storage = aStorage();
    keepDraft(storage, owner, draft);
    expect(readDraft(storage, { ...owner, user: "u-2" })).toEqual({ at: "package" });
    expect(readDraft(storage, { ...owner, plugin: "com.example.mail" })).toEqual({ at: "package" });
  });

  it("stands at no step whose needs are not there", () => {
    const storage = aStorage();
    const { preview: _preview, ...without } = draft;
    keepDraft(storage, owner, without);
    expect(readDraft(storage, owner).at).toBe("listing");
    keepDraft(storage, owner, { at: "sign", folder: "com.example.sms" });
    expect(readDraft(storage, owner)).toEqual({ at: "package", folder: "com.example.sms" });
  });

  it("keeps nothing that it does not name: no key, no passphrase, no bytes of a package", () => {
    const storage = aStorage();
    const secret = "a passphrase of somebody";
    const adding = <T extends object>(of: T | undefined): T => ({ ...of, secret, key: { secret } }) as unknown as T;
    keepDraft(storage, owner, {
      ...adding(draft),
      ...{ chosen: adding(draft.chosen), said: adding(draft.said), preview: adding(draft.preview) },
    });
    expect(storage.kept.size).toBe(1);
    expect(JSON.stringify([...storage.kept])).not.toContain(secret);
    expect(readDraft(storage, owner)).toEqual(draft);
  });

  it("is gone with the tab's memory where there is no room, and where what is kept is broken", () => {
    const storage = aStorage(200);
    keepDraft(storage, owner, { at: "package" });
    keepDraft(storage, owner, draft);
    expect(readDraft(storage, owner)).toEqual({ at: "package" });
    for (const broken of ["{", "7", '{"format":"hilum-hand-in/1","user":"u-1","plugin":null}']) {
      storage.kept.set("hilum.hand-in", broken);
      expect(readDraft(storage, owner)).toEqual({ at: "package" });
    }
  });
});
