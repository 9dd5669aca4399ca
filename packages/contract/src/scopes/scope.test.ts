import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "../errors/hilum-error.ts";
import { canonicalTypes } from "../fhir/canonical-types.ts";
import { describeScope } from "./describe-scope.ts";
import { isCidr, isHost, isIpv6 } from "./network-name.ts";
import { parseScope, resolveScope } from "./parse-scope.ts";
import { coversScope, formatScope, isScope, narrowerScopes, type DataAction, type Scope } from "./scope.ts";

function scope(text: string): Scope {
  const parsed = parseScope(text);
  if (!isScope(parsed)) throw new Error(parsed.message);
  return parsed;
}
const problem = (text: string): Problem | undefined => {
  const parsed = parseScope(text);
  return isScope(parsed) ? undefined : parsed;
};

const anyData: fc.Arbitrary<Scope> = fc.record({
  kind: fc.constant("data" as const),
  level: fc.constantFrom("patient" as const, "user" as const, "system" as const),
  resource: fc.constantFrom(...canonicalTypes),
  actions: fc.subarray<DataAction>(["c", "r", "u", "d", "s"], { minLength: 1 }),
  filters: fc.constantFrom<[string, string][]>(
    [],
    [["category", "imaging"]],
    [
      ["category", "imaging"],
      ["status", "final"],
    ],
  ),
});
const anyNet: fc.Arbitrary<Scope> = fc.record({
  kind: fc.constant("net" as const),
  protocol: fc.constantFrom("tcp" as const, "https" as const),
  host: fc.constantFrom("mail.example.org", "192.0.2.1", "[2001:db8::1]", "{config.host}"),
  port: fc.constantFrom("25", "65535", "{config.port}"),
});

describe("parseScope", () => {
  it("reads back what formatScope writes", () => {
    fc.assert(
      fc.property(fc.oneof(anyData, anyNet), (value) => formatScope(scope(formatScope(value))) === formatScope(value)),
    );
    for (const text of [
      "jobs:schedule",
      "events:publish:com.example.thing.v1",
      "operations:call:com.example.plugin/look_up",
      "system/DocumentReference.rs?category=imaging",
    ])
      expect(formatScope(scope(text))).toBe(text);
  });

  it("never throws, and never takes what it cannot write again", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((rest) => `net:tcp://${rest}`),
          fc.string().map((rest) => `system/Patient.${rest}`),
        ),
        (text) => {
          const parsed = parseScope(text);
          return !isScope(parsed) || formatScope(scope(formatScope(parsed))) === formatScope(parsed);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["system/Patient.sr", "Did you mean `system/Patient.rs`?"],
    ["system/Patient.rr", "Did you mean `system/Patient.r`?"],
    ["system/Pateint.r", "Did you mean `system/Patient.r`?"],
    ["sytem/Patient.r", "Did you mean `system/Patient.r`?"],
    ["net:tpc://mail.example.org:25", "Did you mean `net:tcp://mail.example.org:25`?"],
    ["net:tcp://mail.example.org:25/path", "Write `net:tcp://mail.example.org:25`."],
    ["jobs:shedule", "Did you mean `jobs:schedule`?"],
  ])("mends %s", (text, fix) => {
    expect(problem(text)?.fix).toBe(fix);
  });

  it.each([
    "system/*.r",
    "*/Patient.r",
    "net:tcp://*.com:25",
    "net:tcp://*.co.uk:443",
    "net:tcp://*.s3.amazonaws.com:443",
    "net:tcp://*:25",
    "net:tcp://a.example:*",
    "events:subscribe:*",
  ])("threat 55, 95: refuses the wildcard %s", (text) => {
    expect(problem(text)?.message).toContain("holds a wildcard");
  });

  it.each([
    "net:tcp://0x7f.1:25",
    "net:tcp://2130706433:25",
    "net:tcp://127.1:25",
    "net:tcp://0177.0.0.1:25",
    "net:tcp://a b:25",
    "net:tcp://a@b:25",
    "net:tcp://a:0",
    "net:tcp://a:65536",
    "net:tcp://a:025",
    "net:tcp://a",
    "net:tcp://[::1:25",
    "net:tcp://[::1%eth0]:25",
    "system/Patient.r?name:exact=x",
    "system/Patient.r?subject.name=x",
    "system/Patient.r?a=1&a=2",
    "system/Patient.",
    "net:tcp://{config.__proto__}:25",
  ])("refuses %s", (text) => {
    expect(problem(text)).toBeDefined();
  });
});

describe("coversScope", () => {
  it("lets a grant cover itself, and a narrower scope never more than the wider", () => {
    fc.assert(
      fc.property(anyData, anyData, (wide, other) => {
        if (!coversScope(wide, wide)) return false;
        return narrowerScopes(wide).every(
          (narrow) =>
            coversScope(wide, narrow) &&
            !coversScope(narrow, wide) &&
            (!coversScope(narrow, other) || coversScope(wide, other)),
        );
      }),
    );
  });

  it("asks for the grant's filter in the request", () => {
    expect(coversScope(scope("system/Task.r?status=done"), scope("system/Task.r"))).toBe(false);
    expect(coversScope(scope("system/Task.r"), scope("system/Task.r?status=done"))).toBe(true);
  });

  it("does not let write imply read, nor one level another", () => {
    expect(coversScope(scope("system/Task.cud"), scope("system/Task.r"))).toBe(false);
    expect(coversScope(scope("system/Task.r"), scope("patient/Task.r"))).toBe(false);
  });

  it("covers nothing with a scope that is not resolved", () => {
    const open = scope("net:tcp://{config.host}:25");
    expect(coversScope(open, open)).toBe(false);
  });
});

describe("resolveScope", () => {
  const open = scope("net:tcp://{config.host}:{config.port}");

  it("fills in text and numbers, and puts IPv6 in brackets", () => {
    expect(formatScope(resolveScope(open, { host: "Mail.Example.org", port: 587 }) as Scope)).toBe(
      "net:tcp://mail.example.org:587",
    );
    expect(formatScope(resolveScope(open, { host: "2001:db8::1", port: "25" }) as Scope)).toBe(
      "net:tcp://[2001:db8::1]:25",
    );
  });

  it.each([
    [{ port: 25 }],
    [{ host: "", port: 25 }],
    [{ host: "a/b", port: 25 }],
    [{ host: "evil.example:25/", port: 25 }],
    [{ host: "*.com", port: 25 }],
    [{ host: "{config.host}", port: 25 }],
  ])("points at the host in %j", (settings) => {
    expect(resolveScope(open, settings)).toMatchObject({ pointer: "/host" });
  });

  it.each([[0], [65_536], ["25 "], [2.5], [null]])("points at the port %j", (port) => {
    expect(resolveScope(open, { host: "a.example", port })).toMatchObject({ pointer: "/port" });
  });
});

it("describes scopes in plain words", () => {
  expect(describeScope(scope("net:tcp://{config.host}:587"))).toBe(
    'Connect to the host in the setting "host", port 587, and nowhere else. What goes through the connection is not inspected.',
  );
  expect(describeScope(scope("system/DocumentReference.rs?category=imaging"))).toBe(
    "Read and search and list documents of the whole clinic, only where category is imaging.",
  );
});

describe("network names", () => {
  it("knows addresses and networks", () => {
    for (const good of ["::", "::1", "2001:db8::", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "64:ff9b::192.0.2.33"])
      expect(isIpv6(good)).toBe(true);
    for (const bad of [
      "",
      ":",
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "12345::",
      "::1%lo",
      "::192.0.2.300",
    ])
      expect(isIpv6(bad)).toBe(false);
    for (const good of ["10.0.0.0/8", "fd00::/8", "192.0.2.1/32", "0.0.0.0/0"]) expect(isCidr(good)).toBe(true);
    for (const bad of ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/8/8", "10.0.0.0/08"])
      expect(isCidr(bad)).toBe(false);
    for (const bad of ["a..b", "-a.example", "a-.example", "", "a".repeat(64), `${"a.".repeat(130)}a`, "a.example."])
      expect(isHost(bad)).toBe(false);
  });
});
