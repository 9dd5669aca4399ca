import { expect, it } from "vitest";
import { ownPlace, webAddress } from "./safe-links.ts";

it.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "http://example.org",
  "https://user@example.org",
  "//evil.example",
  "x",
])("threat 157: shows %s of a manifest as text, not as a link", (address) =>
  expect(webAddress(address)).toBeUndefined(),
);

it("links an ordinary home page", () => {
  expect(webAddress("https://example.org/plugin")).toBe("https://example.org/plugin");
});

it.each(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", undefined])(
  "threat 170: leads to the dashboard instead of %s after sign-in",
  (next) => expect(ownPlace(next)).toBe("/"),
);

it("keeps the place that asked for the sign-in", () => {
  expect(ownPlace("/messages?state=dead")).toBe("/messages?state=dead");
});
