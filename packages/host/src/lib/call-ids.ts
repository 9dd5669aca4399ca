import { randomBytes } from "node:crypto";

/** Makes ids that pair the two audit entries of a call: 72 random bits of this process, then a counter. */
export function createCallIds(): () => string {
  const run = randomBytes(9).toString("base64url");
  let last = 0;
  return () => {
    last += 1;
    return `${run}.${last.toString(36)}`;
  };
}
