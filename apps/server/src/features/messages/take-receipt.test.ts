import { HilumError } from "@hilum/contract";
import type { MessageState } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import { describe, expect, it } from "vitest";
import { takeReceipt } from "./take-receipt.ts";

const receipt = { message: "one", state: "delivered", at: "2026-03-02T08:00:00.000Z" } as const;

/** The message's state at each look: the first is `recordReceipt`'s own, then one for `find`, and so on. */
function storeThatSees(...states: MessageState[]) {
  let seen = 0;
  const look = (): MessageState => states[Math.min(seen++, states.length - 1)] as MessageState;
  const kept: string[] = [];
  const messages = {
    recordReceipt: async (id: string) => {
      if (!["sent", "uncertain"].includes(look())) throw new HilumError("message.wrong_state");
      kept.push(id);
    },
    find: async () => ({ state: look() }),
  };
  return { store: { messages } as unknown as Pick<Store, "messages">, kept };
}

describe("takeReceipt", () => {
  it.each([
    ["after the answer", ["sent"]],
    ["before the answer", ["sending", "sending", "sent"]],
    ["while the answer is written down", ["sending", "sent"]],
  ] as const)("keeps a receipt that comes %s", async (_when, states) => {
    const { store, kept } = storeThatSees(...states);
    await takeReceipt(store, receipt);
    expect(kept).toEqual(["one"]);
  });

  it("refuses a receipt for what no provider took", async () => {
    const { store } = storeThatSees("cancelled");
    await expect(takeReceipt(store, receipt)).rejects.toMatchObject({ code: "message.wrong_state" });
  });
});
