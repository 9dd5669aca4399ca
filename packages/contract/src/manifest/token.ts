import { text, type Shape } from "../json/shape.ts";

/** A short name that stands in addresses, logs and keys. */
export const token = (what: string): Shape =>
  text({
    max: 60,
    form: /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/,
    what: `${what}: lower-case letters, digits and single hyphens, beginning with a letter`,
  });
