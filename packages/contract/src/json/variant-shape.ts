import { nearestName } from "../text/nearest-name.ts";
import { pointerTo } from "./pointer.ts";
import { isRecord, nameOf, object, oneOf, type Members, type Shape } from "./shape.ts";

/** The members of one variant besides its tag. */
export interface Variant extends Members {
  members: Readonly<Record<string, Shape>>;
}

/**
 * An object whose member `tag` says which other members it has. It is judged by the variant that it names, so that a
 * fault is told in that variant's words and not as "fits none of them".
 */
export function variantOf(tag: string, variants: Readonly<Record<string, Variant>>): Shape {
  const names = Object.keys(variants);
  const shapes = new Map(
    Object.entries(variants).map(([name, { members, required = [], ...rest }]) => [
      name,
      object({ [tag]: oneOf([name]), ...members }, { ...rest, required: [tag, ...required] }),
    ]),
  );
  return {
    schema: { type: "object", oneOf: [...shapes.values()].map(({ schema }) => schema) },
    check(value, pointer, report) {
      if (!isRecord(value))
        return report(pointer, `must be an object, not ${nameOf(value)}`, "Put it in curly brackets.");
      const here = pointerTo(pointer, tag);
      const name = value[tag];
      const listed = `Use one of ${names.join(", ")}.`;
      if (!Object.hasOwn(value, tag)) return report(here, `\`${tag}\` is missing`, listed);
      const shape = typeof name === "string" ? shapes.get(name) : undefined;
      if (shape !== undefined) return shape.check(value, pointer, report);
      const near = typeof name === "string" ? nearestName(name, names) : undefined;
      const shown = typeof name === "string" ? `\`${name.slice(0, 80)}\`` : nameOf(name);
      report(here, `${shown} is not one of the values`, near === undefined ? listed : `Did you mean \`${near}\`?`);
    },
  };
}
