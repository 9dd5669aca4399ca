import { canonicalTypes } from "../fhir/canonical-types.ts";
import { isRecord, nameOf, oneOf, text, type Shape } from "../json/shape.ts";

const type = oneOf(canonicalTypes);
const id = text({ max: 64, form: /^[A-Za-z0-9.-]{1,64}$/, what: "the id of a resource" });

/** A resource that a store gives back: what it is and under which id; the rest is judged by whoever uses it. */
export const storedResource: Shape = {
  rules: { kind: "resource", type: type.rules, id: id.rules },
  schema: {
    type: "object",
    properties: { resourceType: type.schema, id: id.schema },
    required: ["resourceType", "id"],
  },
  check(value, pointer, report) {
    if (!isRecord(value)) return report(pointer, `must be a resource, not ${nameOf(value)}`);
    for (const [name, shape] of [
      ["resourceType", type],
      ["id", id],
    ] as const)
      if (Object.hasOwn(value, name)) shape.check(value[name], `${pointer}/${name}`, report);
      else report(`${pointer}/${name}`, `\`${name}\` is missing`, `Add "${name}".`);
  },
};
