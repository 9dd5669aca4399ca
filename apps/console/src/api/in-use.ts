/** Whether somebody works with this console: repeated reads must not keep an unattended session alive (45 CFR 164.312(a)(2)(iii)). */
const inUseMs = 5 * 60_000;
/** How long a browser counts a click or key as the person's doing (HTML, transient activation). */
const activationMs = 5_000;
let lastUsedAt = Date.now();
/** The last click or key in this document; what happens inside a frame is not heard here. */
let lastInputAt = 0;

const watchers = new Set<() => void>();
/** How often somebody came back after the page was out of view or out of use. */
let returns = 0;

function noteUse(): void {
  const wasUnused = Date.now() - lastUsedAt >= inUseMs;
  lastUsedAt = Date.now();
  if (wasUnused) noteReturn();
}

function noteReturn(): void {
  returns += 1;
  for (const watcher of watchers) watcher();
}
for (const kind of ["keydown", "pointerdown", "scroll"])
  window.addEventListener(kind, noteUse, { passive: true, capture: true });
for (const kind of ["keydown", "pointerdown", "pointerup"])
  window.addEventListener(kind, () => (lastInputAt = Date.now()), { passive: true, capture: true });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") noteReturn();
});

export const isInUse = (): boolean => document.visibilityState === "visible" && Date.now() - lastUsedAt < inUseMs;

/** Calls `watcher` whenever the page is in use again. Answers what ends that. */
export function watchReturns(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export const countReturns = (): number => returns;

/**
 * True when the person clicked or typed inside this frame a moment ago. The browser counts for the document and its frames
 * together, so what was done in the document itself within that time, such as closing a dialog, does not count.
 */
export function hasGestureIn(frame: HTMLIFrameElement | null): boolean {
  const isActive = navigator.userActivation.isActive && frame !== null && document.activeElement === frame;
  if (isActive) noteUse();
  return isActive && Date.now() - lastInputAt > activationMs;
}
