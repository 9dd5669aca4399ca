import type { PageLook } from "@hilum/contract/bridge";

/** Colours by the names that the console gives them; a page must be readable with these and with any others. */
const light = {
  surface: "#ffffff",
  raised: "#ffffff",
  sunken: "#f1ede8",
  line: "#e2dcd5",
  "line-strong": "#857c84",
  ink: "#211a24",
  "ink-2": "#564d59",
  "ink-3": "#685f6b",
  accent: "#861f5a",
  "accent-hover": "#6b1547",
  "accent-on": "#ffffff",
  "accent-text": "#861f5a",
  "accent-tint": "#f8e8f0",
  focus: "#861f5a",
  data: "#8d7390",
  "data-soft": "#d9cdd9",
};
const dark = {
  surface: "#1d181f",
  raised: "#272129",
  sunken: "#181319",
  line: "#362f39",
  "line-strong": "#8e8491",
  ink: "#f1ebef",
  "ink-2": "#c0b6c1",
  "ink-3": "#a79ca9",
  accent: "#f0a6cc",
  "accent-hover": "#f7c3dd",
  "accent-on": "#2f0b1f",
  "accent-text": "#f4b3d4",
  "accent-tint": "#3a1d2e",
  focus: "#f4b3d4",
  data: "#9b849e",
  "data-soft": "#453a48",
};
/** Text, mark, background and line of each tone. */
const tones = {
  light: {
    ok: ["#12603a", "#1f8051", "#e6f3ea", "#b3d8c1"],
    warn: ["#764200", "#b06500", "#fcf0db", "#e6c894"],
    bad: ["#9f230d", "#c5341b", "#fdebe6", "#efb9ab"],
    info: ["#1d4e84", "#2e6cb0", "#e8f0f9", "#b3cce6"],
    idle: ["#564d59", "#7a707d", "#efebec", "#d3ccd2"],
    hold: ["#ffffff", "#3b2c42", "#3b2c42", "#3b2c42"],
  },
  dark: {
    ok: ["#96deb3", "#4fb67d", "#17301f", "#2f5b40"],
    warn: ["#f4cb80", "#d79a37", "#362911", "#6a5122"],
    bad: ["#ffb3a2", "#f06c50", "#40190f", "#80402f"],
    info: ["#afd0f5", "#5f9fe3", "#17283d", "#33517a"],
    idle: ["#c0b6c1", "#8e8491", "#2a242c", "#473e4a"],
    hold: ["#241a29", "#e4d6e6", "#e4d6e6", "#e4d6e6"],
  },
};

/** A look as the console would push it. */
export function sampleLook(scheme: "light" | "dark", contrast: PageLook["contrast"] = "system"): PageLook {
  const colours = scheme === "dark" ? dark : light;
  const tokens: Record<string, string> = {};
  for (const [name, value] of Object.entries(colours)) tokens[`--hl-${name}`] = value;
  for (const [tone, values] of Object.entries(tones[scheme]))
    for (const [at, part] of ["fg", "mark", "bg", "line"].entries()) tokens[`--hl-${tone}-${part}`] = values[at] ?? "";
  if (contrast === "more") Object.assign(tokens, { "--hl-ink-2": colours.ink, "--hl-line": colours["line-strong"] });
  return {
    scheme,
    contrast,
    font: "system",
    textSize: 100,
    motion: "reduced",
    locale: "en-GB",
    timeZone: "UTC",
    tokens,
  };
}
