/** What masks every revealed value at once. */
type Hide = (because: HideReason) => void;
export type HideReason = "left" | "printing" | "ended";

/**
 * Calls back when what is revealed must be masked: the person left the tab or the window, the page is about to be printed,
 * or the glass ended. Answers how to stop listening.
 */
export function onHide(until: string, hide: Hide): () => void {
  const left = (): void => hide("left");
  const leftTab = (): void => {
    if (document.visibilityState === "hidden") hide("left");
  };
  const printing = (): void => hide("printing");
  window.addEventListener("blur", left);
  window.addEventListener("pagehide", left);
  document.addEventListener("visibilitychange", leftTab);
  window.addEventListener("beforeprint", printing);
  const timer = window.setTimeout(() => hide("ended"), Math.max(0, new Date(until).getTime() - Date.now()));
  return () => {
    window.removeEventListener("blur", left);
    window.removeEventListener("pagehide", left);
    document.removeEventListener("visibilitychange", leftTab);
    window.removeEventListener("beforeprint", printing);
    window.clearTimeout(timer);
  };
}
