import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPluginId, confusableSkeleton, findConfusableId } from "./plugin-id.ts";

describe("checkPluginId", () => {
  it.each(["com.example.plugin", "org.example", "io.a1-b2.c", `com.${"a".repeat(63)}`])("takes %s", (id) => {
    expect(checkPluginId(id)).toBeUndefined();
  });

  it.each([
    "plugin",
    "Com.example.x",
    "com..x",
    ".com.x",
    "com.x.",
    "com.-x",
    "com.x-",
    "com.x--y",
    "com.xn--80ak6aa92e.x",
    "com.ex_ample",
    "com.example/x",
    "../x.y",
    "1com.x",
    `com.${"a".repeat(64)}`,
    `com.${"a.".repeat(70)}a`,
    "com.exаmple",
    "com.exampleｘ",
    "com.example\u200b",
    "com example.x",
    "",
  ])("threat 54, 129: refuses %j", (id) => {
    expect(checkPluginId(id)).toMatchObject({ code: "manifest.invalid", pointer: "/id" });
  });

  it.each(["org.hilum", "org.hilum.smtp", "hilum.mail", "localhost.x", "system.core"])("keeps %s for itself", (id) => {
    expect(checkPluginId(id)).toMatchObject({ code: "manifest.id_reserved" });
  });

  it("lets an included plugin use Hilum's own prefix and no other reserved one", () => {
    expect(checkPluginId("org.hilum.practice-mailbox", { included: true })).toBeUndefined();
    expect(checkPluginId("hilum.mail", { included: true })).toMatchObject({ code: "manifest.id_reserved" });
  });
});

describe("findConfusableId", () => {
  it.each([
    ["com.twi1io.sms", "com.twilio.sms"],
    ["com.twlllo.sms", "com.twilio.sms"],
    ["com.g00gle.mail", "com.google.mail"],
    ["com.exarnple.plugin", "com.example.plugin"],
    ["com.example-plugin", "com.example.plugin"],
    ["com.examp-le.plugin", "com.example.plugin"],
    ["com.vvestern.fax", "com.western.fax"],
    ["corn.example.plugin", "com.example.plugin"],
  ])("threat 129: takes %s for %s", (id, other) => {
    expect(findConfusableId(id, ["org.unrelated", other])).toBe(other);
  });

  it("does not take an id for itself or for a different word", () => {
    expect(
      findConfusableId("com.example.plugin", ["com.example.plugin", "com.example.plugins", "com.sample.plugin"]),
    ).toBeUndefined();
  });

  it("gives every spelling of a look-alike the same skeleton", () => {
    const swaps: [string, string][] = [
      ["l", "1"],
      ["i", "l"],
      ["o", "0"],
      ["m", "rn"],
      ["w", "vv"],
      ["d", "cl"],
    ];
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9.-]{1,30}$/),
        fc.constantFrom(...swaps),
        (id, [from, to]) => confusableSkeleton(id.replaceAll(from, to)) === confusableSkeleton(id),
      ),
    );
  });
});
