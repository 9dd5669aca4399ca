import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameWriter, encodeFrame, FrameTooLargeError } from "./encode-frame.ts";
import { createFrameDecoder, type Frame, type FrameLimits, type Violation } from "./frames.ts";
import { wireLimits } from "./protocol.ts";

function decode(chunks: readonly (string | Uint8Array)[], limits: Partial<FrameLimits> = {}) {
  const frames: Frame[] = [];
  const violations: Violation[] = [];
  const decoder = createFrameDecoder({
    limits,
    onFrame: (frame) => frames.push(frame),
    onViolation: (violation) => violations.push(violation),
  });
  for (const chunk of chunks) decoder.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return { frames, violations, decoder };
}
const reasonOf = (text: string | Uint8Array) => {
  const { frames, violations } = decode([text, "\n"]);
  expect(frames).toEqual([]);
  expect(violations).toHaveLength(1);
  return violations[0]?.reason;
};
/** Processor time, which a busy machine does not stretch. */
function cpuMsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}
const call = (params: string): string => `{"jsonrpc":"2.0","id":"1","method":"m","params":${params}}`;

const { json: anyJson } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.constantFrom(0.5, -1.25, 1e-7, null, true, false),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("json"), { maxLength: 4 }),
  object: fc.dictionary(fc.string({ unit: "grapheme", maxLength: 8 }), tie("json"), { maxKeys: 4 }),
}));
const anyFrame: fc.Arbitrary<Frame> = fc
  .tuple(
    fc.stringMatching(/^[a-z.$/]{1,20}$/),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), anyJson, { maxKeys: 4 }),
    fc.oneof(fc.nat(), fc.stringMatching(/^[\w-]{1,64}$/)),
  )
  .filter(([, params]) => !/"(?:__proto__|constructor|prototype)"/.test(JSON.stringify(params)))
  .chain(([method, params, id]) =>
    fc.constantFrom<Frame>(
      { kind: "request", id, method, params },
      { kind: "notification", method, params },
      { kind: "result", id, result: params },
      { kind: "error", id, error: { code: -32_000, message: method, data: params } },
    ),
  );
function write(frame: Frame): string {
  const { kind: _, ...message } = frame;
  return encodeFrame(message);
}

describe("the frame decoder", () => {
  it("delivers what was encoded, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (sent, cuts) => {
          const bytes = Buffer.from(sent.map(write).join(""));
          const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
          const { frames, violations, decoder } = decode(
            places.slice(1).map((end, index) => bytes.subarray(places[index], end)),
          );
          expect(violations).toEqual([]);
          expect(JSON.stringify(frames)).toBe(JSON.stringify(sent));
          expect(decoder.pendingBytes).toBe(0);
        },
      ),
    );
  });

  it("takes single bytes, and keeps nothing of the caller's chunk", () => {
    const bytes = Buffer.from(`${call('{"a":"é😀"}')}\n`);
    const frames: Frame[] = [];
    const decoder = createFrameDecoder({
      onFrame: (frame) => frames.push(frame),
      onViolation: (violation) => expect.unreachable(violation.detail),
    });
    const single = Buffer.alloc(1);
    for (const byte of bytes) {
      single[0] = byte;
      decoder.push(single);
    }
    expect(frames).toMatchObject([{ params: { a: "é😀" } }]);
  });

  it("passes over empty lines and a carriage return", () => {
    expect(decode(["\n\r\n", `${call("{}")}\r\n`]).frames).toHaveLength(1);
  });

  it("never throws on bytes, delivers at most what JSON.parse takes, and is silent after a violation", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        const { violations, decoder } = decode([...chunks, "\n"]);
        expect(violations.length).toBe(decoder.closed ? 1 : 0);
      }),
    );
    expect(decode([`x\n${call("{}")}\n`, `${call("{}")}\n`])).toMatchObject({
      frames: [],
      violations: [{ reason: "not_json" }],
    });
  });

  it("threat 19, 20: counts bytes before it keeps them", () => {
    const { violations, decoder } = decode(["x".repeat(1000), "x".repeat(25)], { frameBytesMax: 1024 });
    expect(violations).toMatchObject([{ reason: "too_large" }]);
    expect(decoder.pendingBytes).toBe(0);
    expect(decode([`${"x".repeat(2000)}\n`], { frameBytesMax: 1024 }).violations).toMatchObject([
      { reason: "too_large" },
    ]);
    const exact = call(`{"a":"${"x".repeat(1024 - call('{"a":""}').length)}"}`);
    expect(decode([`${exact}\n`], { frameBytesMax: 1024 }).frames).toHaveLength(1);
    expect(decode([`${exact.replace("x", "xx")}\n`], { frameBytesMax: 1024 }).violations).toHaveLength(1);
  });

  it("threat 20: refuses a frame of very many values without parsing it", () => {
    const bomb = Buffer.from(`{"jsonrpc":"2.0","method":"m","params":{"a":[${"{},".repeat(300_000)}{}]}}\n`);
    const begun = process.cpuUsage();
    const { violations } = decode([bomb]);
    expect(violations).toMatchObject([{ reason: "too_many_values" }]);
    expect(cpuMsSince(begun)).toBeLessThan(100);
  });

  it("threat 20: reads the worst frame that it admits without holding the process up", () => {
    const within = (text: string) => {
      const bytes = Buffer.from(text);
      expect(bytes.length).toBeLessThanOrEqual(wireLimits.frameBytesMax + 1);
      const begun = process.cpuUsage();
      const { violations } = decode([bytes]);
      expect(violations).toEqual([]);
      return cpuMsSince(begun);
    };
    const long = `"${"x".repeat(100)}",`;
    expect(within(`${call(`{"a":[${"{},".repeat(49_000)}{}]}`)}\n`)).toBeLessThan(500);
    expect(within(`${call(`{"a":"${"\\n".repeat(500_000)}"}`)}\n`)).toBeLessThan(500);
    expect(within(`${call(`{"a":[${long.repeat(10_000)}"\\n"]}`)}\n`)).toBeLessThan(500);
    expect(within(`${call(`{"a":"${`${"x".repeat(70)}\\n`.repeat(14_000)}"}`)}\n`)).toBeLessThan(500);
  });

  it("threat 21: refuses depth before it parses, and is not fooled by brackets in strings", () => {
    const nested = (depth: number) => call(`{"a":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}`);
    expect(decode([`${nested(64)}\n`]).frames).toHaveLength(1);
    expect(reasonOf(nested(65))).toBe("too_deep");
    expect(reasonOf("[".repeat(1_000_000))).toBe("too_deep");
    expect(decode([`${call(`{"a":"\\"${"[".repeat(500)}"}`)}\n`]).frames).toHaveLength(1);
    expect(decode([`${call(`{"a":"${"x".repeat(100)}\\\\","b":[[]]}`)}\n`]).frames).toMatchObject([
      { params: { b: [[]] } },
    ]);
  });

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"a":[{"constructor":{"prototype":{}}}]}',
    '{"\\u005f_proto__":1}',
    '{"a":{"prot\\u006ftype":1}}',
  ])("threat 22: refuses %s", (params) => {
    expect(reasonOf(call(params))).toBe("unsafe_name");
  });

  it("threat 22: lets the words stand in values", () => {
    expect(decode([`${call('{"a":"__proto__","b":["constructor"]}')}\n`]).frames).toHaveLength(1);
  });

  it("threat 23: refuses bytes that are not UTF-8", () => {
    const bad = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];
    for (const bytes of bad)
      expect(
        reasonOf(
          Buffer.concat([
            Buffer.from('{"jsonrpc":"2.0","method":"m","params":{"a":"'),
            Buffer.from(bytes),
            Buffer.from('"}}'),
          ]),
        ),
      ).toBe("not_utf8");
  });

  it("threat 24: refuses half a surrogate pair, in values and names", () => {
    expect(reasonOf(call('{"a":"\\ud800"}'))).toBe("lone_surrogate");
    expect(reasonOf(call('{"\\udc00":1}'))).toBe("lone_surrogate");
    expect(decode([`${call('{"a":"\\ud83d\\ude00"}')}\n`]).frames).toMatchObject([{ params: { a: "😀" } }]);
  });

  it.each(["9007199254740993", "-9007199254740993", "1e999", "-1E999", "-0", "-0.0", "123456789012345678901234567890"])(
    "threat 26: refuses the number %s",
    (number) => {
      expect(reasonOf(call(`{"a":[${number}]}`))).toBe("odd_number");
    },
  );

  it.each(["9007199254740991", "-0.5", "1e3", "0.1234567890123456789", "0"])(
    "threat 26: takes the number %s",
    (number) => {
      expect(decode([`${call(`{"a":${number}}`)}\n`]).frames).toMatchObject([{ params: { a: Number(number) } }]);
    },
  );

  it.each([
    ["[]", "batch"],
    [`[${call("{}")}]`, "batch"],
    ["1", "not_json_rpc"],
    ["null", "not_json_rpc"],
    ['{"method":"m"}', "not_json_rpc"],
    ['{"jsonrpc":"1.0","method":"m"}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","method":""}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","method":5}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","method":"m","params":[1]}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","method":"m","params":null}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","method":"m","extra":1}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","method":"m","result":1,"id":1}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":null,"method":"m"}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":1.5,"method":"m"}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":-1,"method":"m"}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":"","method":"m"}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":1}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","result":1}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":null,"result":1}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":1,"error":"x"}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}}', "not_json_rpc"],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"","stack":"x"}}', "not_json_rpc"],
  ])("refuses %s", (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it("threat 28: gives the id of an answer as it came, null where the other side could not read it", () => {
    expect(decode(['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}\n']).frames).toEqual([
      { kind: "error", id: null, error: { code: -32_700, message: "x" } },
    ]);
    expect(decode(['{"jsonrpc":"2.0","id":"7","result":null}\n']).frames).toEqual([
      { kind: "result", id: "7", result: null },
    ]);
  });

  it("threat 31: tells how much of a frame waits", () => {
    const { decoder } = decode(['{"jsonrpc"']);
    expect(decoder.pendingBytes).toBe(10);
    decoder.push(Buffer.from(':"2.0","method":"m"}\n'));
    expect(decoder.pendingBytes).toBe(0);
  });

  it("says nothing of the content in a violation", () => {
    expect(JSON.stringify(decode(["Ada Lovelace was here\n"]).violations)).not.toContain("Ada");
  });
});

describe("the frame writer", () => {
  it("writes one line per message, whatever it holds", () => {
    fc.assert(fc.property(anyFrame, (frame) => write(frame).indexOf("\n") === write(frame).length - 1));
  });

  it("refuses what the other side would refuse for its size", () => {
    expect(() => encodeFrame({ method: "m", params: { a: "é".repeat(600_000) } })).toThrow(FrameTooLargeError);
    expect(encodeFrame({ method: "m", params: { a: "x".repeat(1_000_000) } })).toHaveLength(1_000_049);
  });

  it("writes the frames of one tick at once", async () => {
    const writes: string[] = [];
    const writer = createFrameWriter({ write: (text) => writes.push(text) });
    for (let id = 0; id < 3; id++) writer.send({ id, method: "m" });
    expect(writes).toEqual([]);
    await new Promise(setImmediate);
    expect(writes.map((text) => text.split("\n").length - 1)).toEqual([3]);
  });
});
