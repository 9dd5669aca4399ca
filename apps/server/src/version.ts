import { readFileSync } from "node:fs";

/** Version of this Hilum: one for the whole repository. */
export const hilumVersion: string = (
  JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string }
).version;
