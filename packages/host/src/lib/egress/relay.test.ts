import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createRelay } from "./relay.ts";

/** One end of a tunnel. What is written to it is taken when `take` is called, and not before. */
function createEnd(): { end: Duplex; taken: Buffer[]; take(): void } {
  const taken: Buffer[] = [];
  const waiting: (() => void)[] = [];
  let open = false;
  const end = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      taken.push(chunk);
      if (open) done();
      else waiting.push(done);
    },
  });
  end.on("error", () => undefined);
  const take = (): void => {
    open = true;
    for (const done of waiting.splice(0)) done();
  };
  return { end, taken, take };
}

const limits = { idleMs: 60_000, bytesMax: 10_000_000 };

describe("a relay whose server is gone", () => {
  it("still hands over what the server sent before it said its last, however slowly that is read", async () => {
    const [plugin, server] = [createEnd(), createEnd()];
    const relay = createRelay(plugin.end, server.end, limits, () => 0);
    for (let at = 0; at < 4; at += 1) server.end.push(Buffer.alloc(16_384, at));
    server.end.push(null);
    await turn();
    // What the plugin writes now meets a server that takes no more.
    server.end.destroy(new Error("ECONNRESET"));
    await turn();
    plugin.take();
    expect(await relay.ended).toBe("error");
    expect(Buffer.concat(plugin.taken)).toHaveLength(4 * 16_384);
    expect(plugin.end.destroyed).toBe(true);
  });

  it("is cut at once where the server broke off in the midst", async () => {
    const [plugin, server] = [createEnd(), createEnd()];
    const relay = createRelay(plugin.end, server.end, limits, () => 0);
    server.end.push(Buffer.alloc(16_384));
    await turn();
    server.end.destroy(new Error("ECONNRESET"));
    expect(await relay.ended).toBe("error");
    expect(plugin.end.writableFinished).toBe(false);
  });
});
