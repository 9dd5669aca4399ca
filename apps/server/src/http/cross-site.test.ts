import { describe, expect, it } from "vitest";
import { refuseCrossSite, refuseFramed } from "./cross-site.ts";

const own = new Set(["https://localhost:8443"]);
const good = { origin: "https://localhost:8443", "sec-fetch-site": "same-origin", "x-hilum-console": "1" } as const;

describe("refuseCrossSite", () => {
  it("lets the console's own requests through, safe and unsafe", () => {
    expect(() => refuseCrossSite("POST", good, own)).not.toThrow();
    expect(() =>
      refuseCrossSite("GET", { "sec-fetch-site": "same-origin", "x-hilum-console": "1" }, own),
    ).not.toThrow();
  });

  it.each([
    ["another origin", { ...good, origin: "https://evil.example" }],
    ["a null origin", { ...good, origin: "null" }],
    ["a sibling port", { ...good, origin: "https://localhost:9443" }],
    ["plain HTTP", { ...good, origin: "http://localhost:8443" }],
    ["no origin on a change", { "sec-fetch-site": "same-origin", "x-hilum-console": "1" }],
    ["a cross-site fetch", { ...good, "sec-fetch-site": "cross-site" }],
    ["a same-site sibling", { ...good, "sec-fetch-site": "same-site" }],
    ["no console header", { origin: good.origin, "sec-fetch-site": "same-origin" }],
    ["a frame", { ...good, "sec-fetch-dest": "iframe" }],
  ])("threat 156: refuses %s", (_name, headers) => {
    expect(() => refuseCrossSite("POST", headers, own)).toThrow("cross-site");
  });
});

describe("refuseFramed", () => {
  it.each([
    ["a document for a frame", { "sec-fetch-dest": "iframe" }],
    ["one for an embed", { "sec-fetch-dest": "embed" }],
    ["an opaque origin", { origin: "null" }],
  ])("threat 139: refuses %s, with or without a cookie", (_name, headers) => {
    expect(() => refuseFramed(headers)).toThrow("cross-site");
  });

  it("leaves programs and the console alone", () => {
    for (const headers of [{}, { origin: "https://localhost:8443" }, { "sec-fetch-dest": "empty" }])
      expect(() => refuseFramed(headers)).not.toThrow();
  });
});
