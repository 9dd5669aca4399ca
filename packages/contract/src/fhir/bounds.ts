import { isShowableName, type Trail } from "./issue.ts";

/** Nesting at which a resource is refused; the wire's own limit. */
export const depthMax = 64;
export const arrayItemsMax = 10_000;
export const nodesMax = 200_000;

export interface BoundsFault {
  trail: Trail;
  message: string;
  fix: string;
}

/** Names that reach an object's prototype when a value is copied carelessly. */
const prototypeNames = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Finds what no later step may be handed: nesting, arrays or totals out of bounds (a cycle is nesting without end), and
 * names that reach a prototype. Visits at most `nodesMax` values.
 */
export function findBoundsFault(value: unknown): BoundsFault | undefined {
  const trail: (string | number)[] = [];
  let nodes = 0;
  return visit(value);

  function visit(current: unknown): BoundsFault | undefined {
    if (typeof current !== "object" || current === null) return undefined;
    if (trail.length >= depthMax)
      return fault(`It is nested deeper than ${depthMax} levels.`, "Send a flatter resource.", trail.slice(0, 8));
    return Array.isArray(current) ? visitItems(current) : visitProperties(current as Record<string, unknown>);
  }

  function visitItems(array: readonly unknown[]): BoundsFault | undefined {
    if (array.length > arrayItemsMax)
      return fault(`The list has more than ${arrayItemsMax} items.`, "Send fewer items.");
    nodes += array.length;
    if (nodes > nodesMax) return fault("It has too many values.", "Send a smaller resource.", []);
    for (let index = 0; index < array.length; index += 1) {
      const item = array[index];
      if (typeof item !== "object" || item === null) continue;
      trail.push(index);
      const found = visit(item);
      if (found !== undefined) return found;
      trail.pop();
    }
    return undefined;
  }

  function visitProperties(object: Record<string, unknown>): BoundsFault | undefined {
    const names = Object.keys(object);
    nodes += names.length;
    if (nodes > nodesMax) return fault("It has too many values.", "Send a smaller resource.", []);
    for (const name of names) {
      if (prototypeNames.has(name))
        return fault(
          "It holds a property name that is never allowed (__proto__, constructor or prototype).",
          "Remove that property.",
        );
      const child = object[name];
      if (typeof child !== "object" || child === null) continue;
      trail.push(name);
      const found = visit(child);
      if (found !== undefined) return found;
      trail.pop();
    }
    return undefined;
  }

  function fault(message: string, fix: string, at: Trail = trail): BoundsFault {
    const unshowable = at.findIndex((step) => typeof step === "string" && !isShowableName(step));
    return { trail: unshowable === -1 ? [...at] : at.slice(0, unshowable), message, fix };
  }
}
