import { json } from "node:stream/consumers";
import { isHilumError } from "@hilum/contract";
import type { BundleAnswer } from "./bundle-apart.ts";
import { bundle, type BundleOptions } from "./bundle.ts";

/** The process of `bundleApart`: what to put into one file on standard input, the file or why there is none on standard output. */
const { folder, entry, options } = (await json(process.stdin)) as {
  folder: string;
  entry: string;
  options: BundleOptions;
};
const answer = await bundle(folder, entry, options).then(
  (made): BundleAnswer => made,
  (error: unknown): BundleAnswer => {
    if (!isHilumError(error)) throw error;
    return { detail: error.detail, problems: [...error.problems] };
  },
);
process.stdout.write(JSON.stringify(answer));
