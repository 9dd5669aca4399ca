import {
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";
import { dark, light, radius, typeScale, type Tokens } from "./tokens.ts";

const mulberry: MantineColorsTuple = [
  "#fbf2f7",
  "#f8e8f0",
  "#eec9dc",
  "#e0a0c2",
  "#cd72a3",
  "#b64a85",
  "#9e306d",
  "#861f5a",
  "#6b1547",
  "#4a0e31",
];

/** `filled` is the one next best action of a view; `color="bad"` belongs to dangerous acts in their dialogs. */
const variantColorResolver: VariantColorsResolver = ({ variant, color }) => {
  const bad = color === "bad";
  const clear = "1px solid transparent";
  if (variant === "filled" && bad) {
    return {
      background: "var(--hl-bad-solid)",
      hover: "var(--hl-bad-solid-hover)",
      color: "var(--hl-bad-on)",
      border: clear,
    };
  }
  if (variant === "filled") {
    return {
      background: "var(--hl-accent)",
      hover: "var(--hl-accent-hover)",
      color: "var(--hl-accent-on)",
      border: clear,
    };
  }
  if (variant === "subtle" || variant === "transparent") {
    const ink = bad ? "var(--hl-bad-fg)" : "var(--hl-accent-text)";
    return { background: "transparent", hover: "var(--hl-sunken)", color: ink, border: clear };
  }
  return {
    background: "var(--hl-surface)",
    hover: "var(--hl-sunken)",
    color: bad ? "var(--hl-bad-fg)" : "var(--hl-ink)",
    border: "1px solid var(--hl-line-strong)",
  };
};

export const theme = createTheme({
  primaryColor: "mulberry",
  primaryShade: { light: 7, dark: 3 },
  colors: { mulberry },
  variantColorResolver,
  fontFamily: "var(--hl-font)",
  fontFamilyMonospace: "var(--hl-mono)",
  fontSizes: { xs: "0.8125rem", sm: "0.84375rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.1875rem" },
  lineHeights: { xs: "1.4", sm: "1.48", md: "1.53", lg: "1.5", xl: "1.45" },
  spacing: { xs: "0.25rem", sm: "0.5rem", md: "0.75rem", lg: "1.25rem", xl: "1.5rem" },
  radius: { xs: "4px", sm: "5px", md: "7px", lg: "11px", xl: "14px" },
  defaultRadius: "md",
  headings: { fontFamily: "var(--hl-font)", fontWeight: "640" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm", variant: "default" } },
    Modal: {
      defaultProps: {
        radius: "xl",
        centered: true,
        size: 560,
        overlayProps: { backgroundOpacity: 0.5 },
        transitionProps: { duration: 0 },
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 0 }, closeButtonProps: { "aria-label": "Close" } } },
    // The kit's placeholder for the first focus is no menu item, which a menu may not hold (WAI-ARIA 1.2, menu).
    Menu: { defaultProps: { transitionProps: { duration: 0 }, withInitialFocusPlaceholder: false } },
    Select: { defaultProps: { allowDeselect: false, comboboxProps: { transitionProps: { duration: 0 } } } },
  },
});

const kebab = (name: string): string => name.replaceAll(/[A-Z0-9]+/g, (part) => `-${part.toLowerCase()}`);

function variablesOf(tokens: Tokens): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(tokens)) if (typeof value === "string") own[`--hl-${kebab(name)}`] = value;
  for (const [tone, colours] of Object.entries(tokens.tone)) {
    for (const [part, value] of Object.entries(colours)) own[`--hl-${tone}-${part}`] = value as string;
  }
  return {
    ...own,
    "--mantine-color-body": tokens.canvas,
    "--mantine-color-text": tokens.ink,
    "--mantine-color-dimmed": tokens.ink2,
    "--mantine-color-placeholder": tokens.ink3,
    "--mantine-color-error": tokens.tone.bad.fg,
    "--mantine-color-anchor": tokens.accentText,
    "--mantine-color-default": tokens.surface,
    "--mantine-color-default-hover": tokens.sunken,
    "--mantine-color-default-color": tokens.ink,
    "--mantine-color-default-border": tokens.lineStrong,
    "--mantine-color-disabled": tokens.sunken,
    "--mantine-color-disabled-color": tokens.ink2,
    "--mantine-primary-color-filled": tokens.accent,
    "--mantine-primary-color-filled-hover": tokens.accentHover,
    "--mantine-primary-color-contrast": tokens.accentOn,
    "--mantine-primary-color-light-color": tokens.accentText,
    "--mantine-primary-color-light": tokens.accentTint,
  };
}

const shared: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(radius).map(([name, px]) => [`--hl-r-${name}`, `${px}px`])),
  ...Object.fromEntries(
    Object.entries(typeScale).map(([name, [size, line, weight]]) => [
      `--hl-${name}`,
      `${weight} ${size / 16}rem/${(line / size).toFixed(3)} var(--hl-font)`,
    ]),
  ),
};

/** Every `--hl-*` variable: what a plugin's page is told, so that it looks the same. */
export const tokenNames: readonly string[] = [
  "--hl-font",
  "--hl-mono",
  ...Object.keys({ ...shared, ...variablesOf(light) }).filter((name) => name.startsWith("--hl-")),
];

/** Turns the tokens into `--hl-*` variables and points the kit's own variables at them. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: { ...shared },
  light: variablesOf(light),
  dark: variablesOf(dark),
});
