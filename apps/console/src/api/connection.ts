/** Whether the server answers. While it does not, its health is asked every few seconds. */
const retryMs = 5000;

let isLost = false;
let timer: number | undefined;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (next === isLost) return;
  isLost = next;
  for (const listener of listeners) listener();
}

async function probe(): Promise<void> {
  try {
    await fetch("/api/v1/health", { cache: "no-store", headers: { "X-Hilum-Console": "1" } });
    connection.restored();
  } catch {
    timer = window.setTimeout(() => void probe(), retryMs);
  }
}

export const connection = {
  lost(): void {
    if (isLost) return;
    set(true);
    timer = window.setTimeout(() => void probe(), retryMs);
  },
  restored(): void {
    window.clearTimeout(timer);
    set(false);
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  isLost: (): boolean => isLost,
};
