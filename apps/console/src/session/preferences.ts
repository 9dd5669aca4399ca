import { useMantineColorScheme } from "@mantine/core";
import type { Preferences } from "@hilum/contract/api";
import { useEffect } from "react";
import { setTimeZone } from "../text/format.ts";

const memory = "hilum-look";
type Look = Omit<Preferences, "shortcuts" | "timeZone">;

/** Puts the looks on the page. Done before the first paint from what this browser remembers; the server's copy is the truth. */
export function applyLook({ contrast, font, motion, textSize }: Look): void {
  const root = document.documentElement;
  root.dataset["contrast"] = contrast;
  root.dataset["font"] = font;
  root.dataset["motion"] = motion;
  root.style.setProperty("--hl-text-size", `${textSize}%`);
  if (font === "opendyslexic") void import("../look/opendyslexic.ts");
}

export function rememberedLook(): Look | undefined {
  try {
    const look: unknown = JSON.parse(localStorage.getItem(memory) ?? "null");
    return typeof look === "object" && look !== null && "textSize" in look ? (look as Look) : undefined;
  } catch {
    return undefined;
  }
}

/** Follows the person's preferences: theme, contrast, font, size, motion and time zone. */
export function usePreferences(preferences: Preferences): void {
  const { setColorScheme } = useMantineColorScheme();
  setTimeZone(preferences.timeZone);
  useEffect(() => {
    applyLook(preferences);
    setColorScheme(preferences.theme === "system" ? "auto" : preferences.theme);
    const { theme, contrast, font, textSize, motion } = preferences;
    localStorage.setItem(memory, JSON.stringify({ theme, contrast, font, textSize, motion } satisfies Look));
  }, [preferences, setColorScheme]);
}
