import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeBounded, escapeText } from "@hilum/contract/wire";
import { createLineSplitter } from "./line-splitter.ts";
import { createPluginLog, logTextMax, type PluginLogLine } from "./plugin-log.ts";
import { contactValues, redact } from "./redact.ts";

describe("escapeText", () => {
  it("threat 13: leaves one line without anything that moves a cursor or turns the reading direction", () => {
    expect(escapeText("a\u001b[31mb\r\nc\u0000d\u2028e\u202ef")).toBe(
      "a\\u001b[31mb\\u000d\\u000ac\\u0000d\\u2028e\\u202ef",
    );
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), (units) => {
        const safe = escapeText(String.fromCharCode(...units));
        return safe.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/.test(safe);
      }),
    );
  });

  it("cuts what is longer than it may be and says so", () => {
    expect(escapeBounded("abcdef", 3)).toBe("abc...");
    expect(escapeBounded("abc", 3)).toBe("abc");
  });
});

describe("redact", () => {
  it("takes out e-mail addresses, telephone and social security numbers", () => {
    expect(redact("to jane.doe+x@example.co.uk, +1 (555) 010-0199, 555-010-0199 and 078-05-1120")).toBe(
      "to [e-mail], [phone], [phone] and [number]",
    );
  });

  it("leaves what a log needs: ids, versions, times, ports, codes", () => {
    for (const text of [
      "call Zk3.1a took 12 ms",
      "connect mail.example.org:587",
      "v1.2.3 at 2026-11-22T13:00:00.000Z",
      "smtp 250 2.0.0 Ok: queued as 4ABC12345DEF67890",
      "error 0x80004005",
    ])
      expect(redact(text), text).toBe(text);
  });

  it("takes out the contact points of the message in hand in whatever form the plugin writes them", () => {
    const values = contactValues({
      recipient: [{ extension: [{ valueContactPoint: { system: "sms", value: "Room-12-Bed-3" } }] }],
      contained: [{ telecom: [{ value: "jdoe" }, { value: "ext 44" }] }],
    });
    expect(values).toEqual(["Room-12-Bed-3", "jdoe", "ext 44"]);
    expect(redact("sent to ROOM-12-BED-3 and JDoe", values)).toBe("sent to [contact] and [contact]");
  });

  it("looks into a resource no deeper than it may", () => {
    let nested: object = { valueContactPoint: { value: "deep" } };
    for (let depth = 0; depth < 100; depth += 1) nested = { nested };
    expect(contactValues(nested)).toEqual([]);
  });
});

describe("the lines of a plugin", () => {
  const collect = (options = {}) => {
    const lines: PluginLogLine[] = [];
    let nowMs = 0;
    const log = createPluginLog({
      sink: (line) => void lines.push(line),
      known: () => [],
      now: () => nowMs,
      linesPerSecond: 10,
      burst: 20,
      ...options,
    });
    return { lines, log, advance: (ms: number) => (nowMs += ms) };
  };

  it("threat 13: are capped in rate with a count, and flow again later; the host's own lines are not counted", () => {
    const { lines, log, advance } = collect();
    for (let count = 0; count < 100; count += 1) log.write({ level: "info", source: "plugin", text: "again" });
    log.write({ level: "info", source: "host", text: "restarted" });
    expect(lines).toHaveLength(21);
    expect(log.takeDropped()).toBe(80);
    expect(log.takeDropped()).toBe(0);
    advance(1500);
    log.write({ level: "info", source: "plugin", text: "later" });
    expect(lines.at(-1)?.text).toBe("later");
  });

  it("are cut at their greatest length", () => {
    const { lines, log } = collect();
    log.write({ level: "info", source: "plugin", text: "x".repeat(100_000) });
    expect(lines[0]?.text).toHaveLength(logTextMax + 3);
  });

  it("come out of a byte stream whole, whatever the chunks, and never longer than they may be", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: fc.constantFrom("a", "b", "é", " "), minLength: 1 }).filter((text) => text.trim() !== ""),
        ),
        fc.integer({ min: 1, max: 7 }),
        (texts, size) => {
          const out: string[] = [];
          const splitter = createLineSplitter((line) => void out.push(line));
          const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
          for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
          splitter.end();
          expect(out).toEqual(texts.map((text) => text.trimEnd()));
        },
      ),
    );
    const long: string[] = [];
    const splitter = createLineSplitter((line) => void long.push(line), { lineBytesMax: 100 });
    for (let count = 0; count < 50; count += 1) splitter.push(Buffer.alloc(1000, "x"));
    splitter.push(Buffer.from("\nnext\n"));
    expect(long.map((line) => line.length)).toEqual([100, 4]);
  });
});
