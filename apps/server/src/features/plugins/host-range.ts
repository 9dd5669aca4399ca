import type { Manifest, Problem } from "@hilum/contract";
import { satisfies, validRange } from "semver";

/**
 * What is wrong with `requires.hilum` on a Hilum of this version; undefined where it fits or asks for nothing. Ranges are those of
 * npm's semver; a pre-release of Hilum fits where its release would come.
 */
export function judgeHostRange({ requires }: Pick<Manifest, "requires">, version: string): Problem | undefined {
  const range = requires?.hilum;
  if (range === undefined) return undefined;
  const pointer = "/requires/hilum";
  if (validRange(range) === null)
    return { pointer, message: `\`${range}\` is not a range of versions`, fix: `Write one such as >=${version}.` };
  if (satisfies(version, range, { includePrerelease: true })) return undefined;
  return {
    pointer,
    message: `asks for Hilum ${range}, and this is ${version}`,
    fix: "Update Hilum, or take a version of the plugin that fits this one.",
  };
}
