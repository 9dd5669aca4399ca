import type { BrowserContext } from "playwright-core";

export interface MouseGuard {
  /** What a mouse, pen or finger did so far. */
  uses(): readonly string[];
  /** Forgets what was found; for the self-test. */
  forget(): void;
}

/** Watches every page of a context for trusted pointer events. A click that the keyboard makes has none before it. */
export async function guardAgainstMouse(context: BrowserContext): Promise<MouseGuard> {
  const found: string[] = [];
  await context.exposeBinding("hilumPointerUsed", (_source, use: string) => {
    found.push(use);
  });
  await context.addInitScript(() => {
    for (const type of ["pointerdown", "mousedown", "touchstart", "wheel"]) {
      const listen = (event: Event): void => {
        const report = (window as unknown as { hilumPointerUsed(use: string): void }).hilumPointerUsed;
        if (event.isTrusted)
          report(`${event.type} on <${(event.target as Element).tagName.toLowerCase()}> of ${location.pathname}`);
      };
      document.addEventListener(type, listen, { capture: true, passive: true });
    }
  });
  return {
    uses: () => found,
    forget: () => {
      found.length = 0;
    },
  };
}
