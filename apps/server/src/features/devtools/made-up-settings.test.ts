import { expect, it } from "vitest";
import type { ConfigSchema } from "@hilum/contract";
import { madeUpSettings } from "./made-up-settings.ts";

const config: ConfigSchema = {
  type: "object",
  required: ["host", "port", "secret", "short", "security", "receipts", "given"],
  properties: {
    host: { type: "string", placeholder: "mail.example.org" },
    port: { type: "integer", minimum: 1 },
    secret: { type: "string", secret: true },
    short: { type: "string", maxLength: 4 },
    security: { type: "string", enum: ["tls", "none"] },
    receipts: { type: "boolean" },
    given: { type: "string" },
    defaulted: { type: "integer", default: 7 },
    free: { type: "string" },
  },
};

it("has a value of its type for all that must be there, what is given and the defaults first, and nothing else", () =>
  expect(madeUpSettings(config, { given: "mine" })).toEqual({
    ...{ host: "mail.example.org", port: 1, secret: "SyntheticSyntheticSyntheticSynth", short: "Synt" },
    ...{ security: "tls", receipts: false, given: "mine", defaulted: 7 },
  }));
