/**
 * Lets all who ask for the same thing in one turn of the event loop share one look-up. It begins after the last of them has
 * asked, so what was revoked before somebody asked is never found.
 */
export function createSharedLookup<Found>(find: (key: string) => Promise<Found>): (key: string) => Promise<Found> {
  const asked = new Map<string, Promise<Found>>();
  return (key) => {
    const known = asked.get(key);
    if (known !== undefined) return known;
    const found = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      asked.delete(key);
      return find(key);
    });
    asked.set(key, found);
    return found;
  };
}
