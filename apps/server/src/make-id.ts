import { randomFillSync } from "node:crypto";
import { ulid } from "ulid";

/** Random bytes are drawn many at once: one draw from the system per character would be most of what an id costs. */
const drawn = new Uint8Array(4096);
let used = drawn.length;

/** A ULID: sorted by `atMs` (milliseconds since 1970), with 80 bits of chance. */
export function makeId(atMs?: number): string {
  return ulid(atMs, nextFraction);
}

/** In [0, 1). ULID takes five bits of it. */
function nextFraction(): number {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  const byte = drawn[used] ?? 0;
  drawn[used++] = 0;
  return byte / 256;
}
