import { describe, expect, it } from "vitest";
import { Busy, createAskDesk, Declined, type Answered } from "./ask.ts";

const question = { title: "Save?", text: "It applies at once.", confirm: "Save" };

describe("asking for a page", () => {
  it("puts one question at a time", async () => {
    const shown = Promise.withResolvers<Answered | undefined>();
    const ask = createAskDesk(
      () => shown.promise,
      () => true,
    );
    const first = ask(question);
    await expect(ask(question)).rejects.toBeInstanceOf(Busy);
    shown.resolve({ secrets: {} });
    expect(await first).toEqual({ secrets: {} });
    expect(await ask(question)).toEqual({ secrets: {} });
  });

  it("threat 145: stops asking after two refusals, until the person does something in the page", async () => {
    let gesture = false;
    let shown = 0;
    const ask = createAskDesk(
      () => {
        shown += 1;
        return Promise.resolve(undefined);
      },
      () => gesture,
    );
    expect([await ask(question), await ask(question)]).toEqual([undefined, undefined]);
    await expect(ask(question)).rejects.toBeInstanceOf(Declined);
    expect(shown).toBe(2);
    gesture = true;
    await ask(question);
    expect(shown).toBe(3);
  });
});
