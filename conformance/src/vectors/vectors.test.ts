import { readFileSync } from "node:fs";
import { createFrameDecoder, encodeFrame, type Frame, type Message, type Violation } from "@hilum/contract/wire";
import { isProviderError, ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "@hilum/sdk";
import { createMemoryChannels } from "@hilum/sdk/testing";
import { describe, expect, it } from "vitest";

function read<Case>(name: string): Case[] {
  const text = readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as { cases: Case[] }).cases;
}

interface ReadCase {
  text?: string;
  base64?: string;
  recipe?: string;
  frame?: Frame;
  violation?: string;
  detail?: string;
}

/** The line with its line feed, handed over byte by byte: as the stream decoder of both sides may get it. */
function decodeSlowly(line: Buffer): { frame?: Frame; violation?: Violation } {
  const found: { frame?: Frame; violation?: Violation } = {};
  const decoder = createFrameDecoder({
    onFrame: (frame) => (found.frame = frame),
    onViolation: (violation) => (found.violation = violation),
  });
  for (const byte of line) decoder.push(Uint8Array.of(byte));
  decoder.push(Uint8Array.of(10));
  return found;
}

describe("the vectors that every SDK is held to", () => {
  it("are read alike by the stream decoder, whatever the bytes are cut into", () => {
    const short = read<ReadCase>("frames-read").filter(({ recipe, text }) => recipe === undefined && text !== "");
    expect(short.length).toBeGreaterThan(90);
    for (const { text = "", base64, frame, violation, detail } of short) {
      const line = base64 === undefined ? Buffer.from(text) : Buffer.from(base64, "base64");
      const found = decodeSlowly(line);
      expect(found.violation, text).toEqual(violation === undefined ? undefined : { reason: violation, detail });
      expect(found.frame, text).toEqual(frame);
    }
  });

  it("are written byte for byte alike, and arrive at the other end of a channel of the Node SDK", async () => {
    const written = read<{ message: Message; line: string }>("frames-written");
    const [one, other] = createMemoryChannels();
    const arrived: Frame[] = [];
    other.start({
      onFrame: (frame) => arrived.push(frame),
      onViolation: ({ detail }) => expect.unreachable(detail),
      onClose: () => undefined,
    });
    for (const { message, line } of written) {
      expect(encodeFrame(message)).toBe(line);
      one.write(line);
    }
    await other.flushed();
    expect(arrived).toHaveLength(written.length);
  });

  it("hold every code that a plugin may report, told as the Node SDK tells it", () => {
    const cases = read<{ code: ProviderErrorCode; options: ProviderErrorOptions; data: unknown; detail: string }>(
      "provider-errors",
    );
    for (const { code, options, data, detail } of cases) {
      const error = new ProviderError(code, options);
      expect(isProviderError(error)).toBe(true);
      expect({ data: error.data, detail: error.detail }).toEqual({ data, detail });
    }
  });
});
