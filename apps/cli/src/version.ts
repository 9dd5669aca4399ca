import { readFileSync } from "node:fs";

/** Of this program; it is released with the platform. */
export const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
