import { useEffect, useRef } from "react";

/** `g` and then a letter. */
export const goKeys = {
  d: "/",
  r: "/repairs",
  p: "/plugins",
  k: "/marketplace",
  m: "/messages",
  a: "/audit",
  u: "/users",
  s: "/settings",
} as const;

interface Handlers {
  /** Single-key shortcuts are on (WCAG 2.1.4). */
  singleKeys: boolean;
  palette(): void;
  help(): void;
  go(to: string): void;
}

const sequenceMs = 1500;

/** The keyboard of the whole console; typing in a field is left alone. */
export function useShortcuts(handlers: Handlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    let goUntil = 0;
    const listen = (event: KeyboardEvent): void => {
      const { singleKeys, palette, help, go } = latest.current;
      const modified = event.ctrlKey || event.metaKey;
      if (modified && event.key.toLowerCase() === "k") {
        event.preventDefault();
        palette();
        return;
      }
      if (modified && event.key === "Enter") {
        (event.target as HTMLElement | null)?.closest("form")?.requestSubmit();
        return;
      }
      if (
        !singleKeys ||
        modified ||
        event.altKey ||
        isTyping(event.target) ||
        document.querySelector("[aria-modal=true]") !== null
      )
        return;
      const target = Date.now() < goUntil ? goKeys[event.key as keyof typeof goKeys] : undefined;
      goUntil = event.key === "g" ? Date.now() + sequenceMs : 0;
      if (target !== undefined) go(target);
      else if (event.key === "?") help();
      else if (event.key === "/") focusSearch(event);
      else if (event.key === "[" || event.key === "]")
        document.querySelector<HTMLElement>(`[data-item="${event.key === "[" ? "previous" : "next"}"]`)?.click();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLElement>("[data-page-search]");
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
