import type { PageLook } from "@hilum/contract/bridge";
import { useMemo, useSyncExternalStore } from "react";
import { tokenNames } from "../look/theme.ts";
import { useAccount } from "../session/account.ts";
import { timeZone } from "../text/format.ts";

/** The language of the console's own texts. */
const locale = "en-GB";

type Shown = Pick<PageLook, "scheme" | "tokens">;

/** How the console looks at this moment, for a page to look the same: a change of theme, contrast, font or size is followed. */
export function useConsoleLook(): PageLook {
  const { preferences } = useAccount();
  const shown = useSyncExternalStore(watchRoot, readShown);
  return useMemo(() => {
    const { contrast, font, motion, textSize } = preferences;
    return { ...shown, contrast, font, motion, textSize, locale, timeZone: timeZone() };
  }, [preferences, shown]);
}

function watchRoot(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true });
  return () => observer.disconnect();
}

let last: { attributes: string; shown: Shown } | undefined;

/** Read anew only when an attribute of the document's root is another one: every look is made of those. */
function readShown(): Shown {
  const root = document.documentElement;
  const attributes = [...root.attributes].map(({ name, value }) => `${name}=${value}`).join();
  if (last?.attributes !== attributes) last = { attributes, shown: computeShown(root) };
  return last.shown;
}

function computeShown(root: HTMLElement): Shown {
  const style = getComputedStyle(root);
  const tokens = tokenNames.map((name) => [name, style.getPropertyValue(name).trim()] as const);
  return {
    scheme: root.dataset["mantineColorScheme"] === "dark" ? "dark" : "light",
    tokens: Object.fromEntries(tokens.filter(([, value]) => value !== "")),
  };
}
