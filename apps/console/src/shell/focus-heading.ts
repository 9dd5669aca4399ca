/** Gives the focus to the page's heading where what had it went away, so that the keyboard goes on from the page's start. */
export function focusHeading(): void {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body) return;
  document.querySelector<HTMLElement>("#main h1")?.focus({ preventScroll: true });
}
