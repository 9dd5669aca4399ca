import type { Socket } from "node:net";

/**
 * Copies bytes both ways between two sockets that allow half-closes. An end is passed on by the pipes; whoever breaks takes the other
 * along, after what is still on its way there.
 */
export function joinSockets(one: Socket, other: Socket): void {
  one.on("error", () => undefined).on("close", () => other.destroySoon());
  other.on("error", () => undefined).on("close", () => one.destroySoon());
  one.pipe(other).pipe(one);
}
