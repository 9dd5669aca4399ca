import { text, type Shape } from "../json/shape.ts";

/** An id inside a manifest: of a step, a smoke test, a hook. */
export const token = (what: string): Shape =>
  text({
    max: 60,
    form: /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/,
    what: `${what}: lower-case letters, digits and single hyphens, beginning with a letter`,
  });

/** The key by which a list refuses two entries with one id. */
export const idOf = (entry: unknown): unknown =>
  typeof entry === "object" && entry !== null && "id" in entry ? entry.id : undefined;
