import { useEffect } from "react";

/** What is in the clear on a page: values of a record, and documents. */
const inTheClear = ".revealed, .document";

/** Calls back when a person copies something of what is in the clear, with whatever else was selected. */
export function useCopyNote(isRevealed: boolean, copied: () => void): void {
  useEffect(() => {
    if (!isRevealed) return undefined;
    const listen = (): void => {
      const selection = document.getSelection();
      if (selection === null || selection.isCollapsed) return;
      if ([...document.querySelectorAll(inTheClear)].some((place) => selection.containsNode(place, true))) copied();
    };
    document.addEventListener("copy", listen);
    return () => document.removeEventListener("copy", listen);
  }, [isRevealed, copied]);
}
