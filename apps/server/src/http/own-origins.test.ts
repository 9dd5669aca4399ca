import { expect, it } from "vitest";
import { originOf } from "./own-origins.ts";

const own = new Set(["https://localhost:8443", "https://127.0.0.1:8443"]);

it("takes the name that the request used, where it is one of ours", () => {
  expect(originOf("127.0.0.1:8443", own)).toBe("https://127.0.0.1:8443");
});

it.each([undefined, "evil.example:8443", "localhost:8443; script-src *", "localhost:9443"])(
  "puts a name of its own into a policy instead of %j",
  (host) => expect(originOf(host, own)).toBe("https://localhost:8443"),
);
