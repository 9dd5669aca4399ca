import { canonicalTypes } from "../fhir/canonical-types.ts";
import { described, flag, list, object, oneOf, text, type Report, type Shape } from "../json/shape.ts";
import type { Manifest, StorageBrowser } from "./manifest.ts";

const browser = object({
  title: described("What people call the place where the records are, beside the plugin's name.", text({ max: 80 })),
  types: described(
    "FHIR types that it keeps. Default: every type that Hilum keeps.",
    list(oneOf(canonicalTypes), { min: 1, max: canonicalTypes.length, unique: [] }),
  ),
});

/** `true`, or an object that says more. */
const browserOrTrue: Shape = {
  rules: { kind: "flag_or", form: browser.rules },
  schema: { oneOf: [flag.schema, browser.schema] },
  check(value, pointer, report) {
    if (typeof value === "boolean") return;
    browser.check(value, pointer, report);
  },
};

export const storageShape: Shape = object({
  browser: described(
    "True, or an object: the Storage Browser shows what the plugin keeps. A plugin that keeps patient data cannot be enabled without it.",
    browserOrTrue,
  ),
});

/** The Storage Browser asks by the methods of `store_records`: without that capability it would find nobody. */
export function checkStorage(manifest: Manifest, report: Report): void {
  if (storageBrowserOf(manifest) === undefined || manifest.capabilities.includes("store_records")) return;
  report(
    "/storage/browser",
    "the Storage Browser reads by the capability `store_records`, which the plugin does not provide",
    'Add "store_records" to `capabilities`, or remove `storage`.',
  );
}

/** How the Storage Browser shows what the plugin keeps; undefined where it cannot. */
export function storageBrowserOf({ storage }: Pick<Manifest, "storage">): StorageBrowser | undefined {
  if (storage?.browser === undefined || storage.browser === false) return undefined;
  return storage.browser === true ? {} : storage.browser;
}
