/** Where a plugin that was just registered goes on. */
export function nextPage(plugin: string, next: string | null): string {
  if (next === "setup") return `/plugins/${plugin}/setup`;
  return next === "access" ? `/plugins/${plugin}/access` : `/plugins/${plugin}`;
}
