import { describe, expect, it } from "vitest";
import { chooseTarget, orderFrom, type Standing } from "./route-order.ts";

const key = (instance: string) => ({ plugin: "org.example.sms", instance });
const [a, b, c] = [key("a"), key("b"), key("c")];
const away = (code: string): Standing => ({ ask: false, code, cause: "plugin", soon: false });

describe("orderFrom", () => {
  it("begins at the first, or where the message goes on", () => {
    expect(orderFrom({ rounds: 0 }, [a, b, c])).toEqual([a, b, c]);
    expect(orderFrom({ rounds: 0, next: b }, [a, b, c])).toEqual([b, c]);
  });

  it("begins at the first when the one it was to go on at was taken out", () => {
    expect(orderFrom({ rounds: 0, next: b }, [a, c])).toEqual([a, c]);
  });

  it("names nobody but the one where the message may have gone out, and nobody at all without it", () => {
    expect(orderFrom({ rounds: 0, next: b, only: true }, [c, b, a])).toEqual([b]);
    expect(orderFrom({ rounds: 0, next: b, only: true }, [a, c])).toBeUndefined();
  });
});

describe("chooseTarget", () => {
  it("takes the first that can be asked and keeps why the others are not", () => {
    const standing = (one: typeof a): Standing => (one === b ? { ask: true } : away(one.instance));
    expect(chooseTarget([a, b, c], standing)).toEqual({ to: b, passedOver: [away("a")], rest: [c] });
    expect(chooseTarget([a, c], standing)).toEqual({ passedOver: [away("a"), away("c")], rest: [] });
  });
});
