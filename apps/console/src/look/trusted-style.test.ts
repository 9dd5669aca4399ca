import { afterEach, expect, it, vi } from "vitest";
import { allowStyleText } from "./trusted-style.ts";

afterEach(() => vi.unstubAllGlobals());

it("threat 157: writes style text and refuses every markup, whoever asks", () => {
  let createHTML = (text: string): string => text;
  const createPolicy = (_name: string, rules: { createHTML(text: string): string }): void => {
    ({ createHTML } = rules);
  };
  vi.stubGlobal("window", { trustedTypes: { createPolicy } });
  allowStyleText();
  expect(createHTML(":root{--hl-ink:#211a24}")).toBe(":root{--hl-ink:#211a24}");
  expect(() => createHTML("<img src=x onerror=alert(1)>")).toThrow(TypeError);
});

it("does nothing where the browser knows no trusted types", () => {
  vi.stubGlobal("window", {});
  expect(() => allowStyleText()).not.toThrow();
});
