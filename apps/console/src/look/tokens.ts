/**
 * Colours, type and space of the console. Screens use the `--hl-*` variables made from these, never a hex value and
 * never a colour name of the kit. A status colour never appears without an icon and a word.
 */
export const tones = ["ok", "warn", "bad", "info", "idle", "hold"] as const;
export type Tone = (typeof tones)[number];

/** `fg` is text on `bg` and on any surface; `mark` is an icon, dot or bar (contrast at least 3); `line` is decoration. */
interface ToneTokens {
  fg: string;
  mark: string;
  bg: string;
  line: string;
}

export interface Tokens {
  canvas: string;
  surface: string;
  raised: string;
  sunken: string;
  nav: string;
  line: string;
  lineStrong: string;
  ink: string;
  ink2: string;
  ink3: string;
  accent: string;
  accentHover: string;
  accentOn: string;
  accentText: string;
  accentTint: string;
  accentLine: string;
  focus: string;
  band: string;
  bandInk: string;
  data: string;
  dataSoft: string;
  badSolid: string;
  badSolidHover: string;
  badOn: string;
  tone: Record<Tone, ToneTokens>;
  shadowSm: string;
  shadowMd: string;
  shadowLg: string;
}

/** Bone paper, plum-black ink, one mulberry accent. */
export const light: Tokens = {
  canvas: "#f7f4f0",
  surface: "#ffffff",
  raised: "#ffffff",
  sunken: "#f1ede8",
  nav: "#f1ede8",
  line: "#e2dcd5",
  lineStrong: "#857c84",
  ink: "#211a24",
  ink2: "#564d59",
  ink3: "#685f6b",
  accent: "#861f5a",
  accentHover: "#6b1547",
  accentOn: "#ffffff",
  accentText: "#861f5a",
  accentTint: "#f8e8f0",
  accentLine: "#d8a3c0",
  focus: "#861f5a",
  band: "#2b2130",
  bandInk: "#f4ecf2",
  data: "#8d7390",
  dataSoft: "#d9cdd9",
  badSolid: "#b02a12",
  badSolidHover: "#8f200c",
  badOn: "#ffffff",
  tone: {
    ok: { fg: "#12603a", mark: "#1f8051", bg: "#e6f3ea", line: "#b3d8c1" },
    warn: { fg: "#764200", mark: "#b06500", bg: "#fcf0db", line: "#e6c894" },
    bad: { fg: "#9f230d", mark: "#c5341b", bg: "#fdebe6", line: "#efb9ab" },
    info: { fg: "#1d4e84", mark: "#2e6cb0", bg: "#e8f0f9", line: "#b3cce6" },
    idle: { fg: "#564d59", mark: "#7a707d", bg: "#efebec", line: "#d3ccd2" },
    hold: { fg: "#ffffff", mark: "#3b2c42", bg: "#3b2c42", line: "#3b2c42" },
  },
  shadowSm: "0 1px 0 rgb(33 26 36 / 0.04), 0 1px 2px rgb(33 26 36 / 0.05)",
  shadowMd: "0 1px 2px rgb(33 26 36 / 0.06), 0 6px 16px -6px rgb(33 26 36 / 0.16)",
  shadowLg: "0 2px 6px rgb(33 26 36 / 0.08), 0 24px 48px -12px rgb(33 26 36 / 0.28)",
};

/** The same ideas at night: plum-black paper, bone ink, the accent inverted to a pale petal. */
export const dark: Tokens = {
  canvas: "#151117",
  surface: "#1d181f",
  raised: "#272129",
  sunken: "#181319",
  nav: "#120e14",
  line: "#362f39",
  lineStrong: "#8e8491",
  ink: "#f1ebef",
  ink2: "#c0b6c1",
  ink3: "#a79ca9",
  accent: "#f0a6cc",
  accentHover: "#f7c3dd",
  accentOn: "#2f0b1f",
  accentText: "#f4b3d4",
  accentTint: "#3a1d2e",
  accentLine: "#7c4362",
  focus: "#f4b3d4",
  band: "#2b2230",
  bandInk: "#efe4ec",
  data: "#9b849e",
  dataSoft: "#453a48",
  badSolid: "#ff9d88",
  badSolidHover: "#ffbcad",
  badOn: "#350d05",
  tone: {
    ok: { fg: "#96deb3", mark: "#4fb67d", bg: "#17301f", line: "#2f5b40" },
    warn: { fg: "#f4cb80", mark: "#d79a37", bg: "#362911", line: "#6a5122" },
    bad: { fg: "#ffb3a2", mark: "#f06c50", bg: "#40190f", line: "#80402f" },
    info: { fg: "#afd0f5", mark: "#5f9fe3", bg: "#17283d", line: "#33517a" },
    idle: { fg: "#c0b6c1", mark: "#8e8491", bg: "#2a242c", line: "#473e4a" },
    hold: { fg: "#241a29", mark: "#e4d6e6", bg: "#e4d6e6", line: "#e4d6e6" },
  },
  shadowSm: "0 1px 0 rgb(0 0 0 / 0.3)",
  shadowMd: "0 6px 16px -4px rgb(0 0 0 / 0.5)",
  shadowLg: "0 24px 48px -8px rgb(0 0 0 / 0.7)",
};

/** Size px, line px, weight. Two families: Next for words, Mono for identifiers, fingerprints and raw replies. */
export const typeScale = {
  h1: [25, 32, 650],
  h2: [18, 26, 640],
  h3: [15.5, 22, 640],
  body: [15, 23, 400],
  small: [13.5, 20, 400],
  label: [13, 18, 560],
  figure: [23, 30, 560],
} as const;

/** Corner radii, px. */
export const radius = { tag: 5, control: 7, panel: 11, sheet: 14 } as const;
