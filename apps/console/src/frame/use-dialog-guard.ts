import { useEffect, useRef, useSyncExternalStore, type RefObject } from "react";

const dialogs = '[role="dialog"], [role="alertdialog"]';
/** Also while the person has the password shown, and the field is one of text. */
const secrets = `:is(${dialogs}) :is(input[type="password"], .mantine-PasswordInput-root)`;
const focusable = "[data-autofocus], input, textarea, select, button, a[href]";

/** What of the console stands above the page at the moment. */
export type Above = "nothing" | "dialog" | "secret";

/**
 * Watches for dialogs of the console. A cross-origin document takes the focus, and every key with it, whenever it likes: also
 * when it is inert or not rendered, and without the document around it noticing (all seen in Chromium 156). So under a dialog a
 * frame is not rendered, and is lost when it is seen to take the focus; while a secret is typed there must be no frame at all
 * (threats 146, 147).
 */
export function useDialogGuard(frame: RefObject<HTMLIFrameElement | null>, onTheft: () => void): Above {
  const above = useSyncExternalStore(watchDialogs, look);
  const latest = useRef(onTheft);
  useEffect(() => {
    latest.current = onTheft;
  });
  useEffect(() => {
    if (above === "nothing") return undefined;
    const guard = (): void => {
      if (frame.current !== null && document.activeElement === frame.current) latest.current();
    };
    // The focus that the frame has when the dialog opens is no theft; the dialog takes it.
    giveFocusTo(document.querySelector(dialogs));
    window.addEventListener("blur", guard);
    return () => window.removeEventListener("blur", guard);
  }, [above, frame]);
  return above;
}

function watchDialogs(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["type", "role"] });
  return () => observer.disconnect();
}

function look(): Above {
  if (document.querySelector(secrets) !== null) return "secret";
  return document.querySelector(dialogs) === null ? "nothing" : "dialog";
}

function giveFocusTo(dialog: Element | null): void {
  if (dialog === null || dialog.contains(document.activeElement)) return;
  const fields = [...dialog.querySelectorAll<HTMLElement>(focusable)];
  (fields.find((field) => field.matches("[data-autofocus], input, textarea, select")) ?? fields[0])?.focus();
}
