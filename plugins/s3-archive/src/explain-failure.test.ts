import { ProviderError } from "@hilum/sdk";
import { describe, expect, it } from "vitest";
import { explainBroken } from "./explain-failure.ts";

/** Bytes that break off. */
async function* breaking(error: unknown): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1, 2);
  throw error;
}

async function readUntilBroken(error: unknown): Promise<{ read: number[]; why: unknown }> {
  const read: number[] = [];
  try {
    for await (const chunk of explainBroken(breaking(error))) read.push(...chunk);
  } catch (why) {
    return { read, why };
  }
  throw new Error("it did not break");
}

describe("bytes of an object that break off", () => {
  it("say what to do, and that it may pass", async () => {
    const { read, why } = await readUntilBroken(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
    expect(read).toEqual([1, 2]);
    expect(why).toBeInstanceOf(ProviderError);
    expect(why).toMatchObject({ code: "provider.temporary", data: { sent: "no", retry: "later" } });
  });

  it("keep the tunnel's own reason, and that of a call that was given up", async () => {
    const tunnel = new ProviderError("provider.certificate", { sent: "no" });
    expect((await readUntilBroken(new Error("wrapped", { cause: tunnel }))).why).toMatchObject({
      code: "provider.certificate",
      data: { field: "/ca" },
    });
    const givenUp = new DOMException("given up", "AbortError");
    expect((await readUntilBroken(givenUp)).why).toBe(givenUp);
  });
});
