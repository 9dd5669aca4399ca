import { expect, it } from "vitest";
import { dark, light, tones, type Tokens } from "./tokens.ts";

/** WCAG 2.2: 4.5 for text (1.4.3), 3 for marks and the borders of controls (1.4.11). */
const text = 4.5;
const mark = 3;

type Pair = { name: string; over: string; under: string; least: number };

it.each([
  ["light", light],
  ["dark", dark],
])("gives every pair of the %s tokens enough contrast", (_scheme, tokens) => {
  const pairs = pairsOf(tokens);
  expect(pairs.length).toBeGreaterThan(120);
  const low = pairs.filter(({ over, under, least }) => contrast(over, under) < least);
  expect(low.map(({ name, over, under }) => `${name} ${contrast(over, under).toFixed(2)}`)).toEqual([]);
});

it("finds a pair that is too weak", () => {
  const weak = pairsOf({ ...light, ink3: "#a39aa6" });
  expect(weak.some(({ over, under, least }) => contrast(over, under) < least)).toBe(true);
});

function pairsOf(t: Tokens): Pair[] {
  const grounds = { canvas: t.canvas, surface: t.surface, raised: t.raised, sunken: t.sunken, nav: t.nav };
  const pair = (name: string, over: string, under: string, least: number): Pair => ({ name, over, under, least });
  const onGrounds = Object.entries(grounds).flatMap(([ground, under]) => [
    ...(["ink", "ink2", "ink3", "accentText"] as const).map((k) => pair(`${k} on ${ground}`, t[k], under, text)),
    ...(["lineStrong", "focus", "data", "accent"] as const).map((k) => pair(`${k} on ${ground}`, t[k], under, mark)),
    ...tones.filter((tone) => tone !== "hold").map((k) => pair(`${k}.fg on ${ground}`, t.tone[k].fg, under, text)),
    ...tones.map((k) => pair(`${k}.mark on ${ground}`, t.tone[k].mark, under, mark)),
  ]);
  const onTones = tones.flatMap((k) => [
    pair(`${k}.fg on ${k}.bg`, t.tone[k].fg, t.tone[k].bg, text),
    ...(k === "hold"
      ? []
      : [
          pair(`${k}.mark on ${k}.bg`, t.tone[k].mark, t.tone[k].bg, mark),
          pair(`ink on ${k}.bg`, t.ink, t.tone[k].bg, text),
          pair(`ink2 on ${k}.bg`, t.ink2, t.tone[k].bg, text),
        ]),
  ]);
  return [
    ...onGrounds,
    ...onTones,
    pair("accentOn on accent", t.accentOn, t.accent, text),
    pair("accentOn on accentHover", t.accentOn, t.accentHover, text),
    pair("accentText on accentTint", t.accentText, t.accentTint, text),
    pair("ink on accentTint", t.ink, t.accentTint, text),
    pair("ink2 on accentTint", t.ink2, t.accentTint, text),
    pair("focus on accentTint", t.focus, t.accentTint, mark),
    pair("bandInk on band", t.bandInk, t.band, text),
    pair("ink on dataSoft", t.ink, t.dataSoft, text),
    pair("badOn on badSolid", t.badOn, t.badSolid, text),
    pair("badOn on badSolidHover", t.badOn, t.badSolidHover, text),
  ];
}

/** Contrast ratio of two sRGB colours (WCAG 2.2, relative luminance). */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
