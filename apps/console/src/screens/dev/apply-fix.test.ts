import { parseManifest } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { applyFix } from "./apply-fix.ts";
import { findPlaces, pointerAt } from "./json-places.ts";

const good = `{
  "id": "com.example.sms",
  "name": "Example SMS",
  "capabilities": ["send_messages"],
  "runtime": { "kind": "node", "entry": "main.ts" }
}`;

/** Judged as the server judges it, then mended as the button does until nothing is left that says what to write. */
function mendAll(text: string): { text: string; left: string[] } {
  const parsed = parseManifest(text);
  if (parsed.ok) return { text, left: [] };
  for (const problem of parsed.problems) {
    const mended = applyFix(text, problem);
    if (mended !== undefined) return mendAll(mended);
  }
  return { text, left: parsed.problems.map(({ pointer }) => pointer) };
}

describe("the mends that the validator names exactly", () => {
  it.each([
    ["a value that was mistyped", good.replace("send_messages", "send_mesages")],
    ["a member that was mistyped", good.replace('"name"', '"nmae"')],
    ["upper case in the id", good.replace("com.example", "Com.Example")],
  ])("writes %s right and leaves everything else as it was", (_, broken) => {
    expect(mendAll(broken)).toEqual({ text: good, left: [] });
  });

  it("takes away what does not belong there, wherever it stands in its object", () => {
    const remote = `{"id":"com.example.sms","name":"S","capabilities":["send_messages"],"runtime":`;
    const expected = `${remote}{"kind":"remote"}}`;
    expect(mendAll(`${remote}{"kind":"remote","entry":"a.ts"}}`)).toEqual({ text: expected, left: [] });
    expect(mendAll(`${remote}{"entry":"a.ts", "kind":"remote"}}`)).toEqual({ text: expected, left: [] });
  });

  it("leaves to a person what a person has to decide", () => {
    const broken = good.replace('"Example SMS"', "12");
    expect(mendAll(broken)).toEqual({ text: broken, left: ["/name"] });
    expect(mendAll("")).toEqual({ text: "", left: [""] });
  });
});

describe("places in a JSON text", () => {
  it("names the innermost value around an offset, names included", () => {
    const places = findPlaces(good);
    expect(pointerAt(places, good.indexOf("send_"))).toBe("/capabilities/0");
    expect(pointerAt(places, good.indexOf('entry"'))).toBe("/runtime/entry");
    expect(pointerAt(places, good.indexOf('{ "kind"') + 1)).toBe("/runtime");
    expect(pointerAt(places, 0)).toBe("");
  });

  it("knows what stands before the place where a text stops making sense", () => {
    const places = findPlaces('{"a/b": {"c": [1, tru');
    expect([...places.keys()]).toEqual(["", "/a~1b", "/a~1b/c", "/a~1b/c/0", "/a~1b/c/1"]);
  });

  it("escapes as JSON Pointer does and reads escapes of strings", () => {
    const text = String.raw`{"a\"~": "x"}`;
    const place = findPlaces(text).get('/a"~0');
    expect(text.slice(place?.start, place?.end)).toBe('"x"');
  });
});
