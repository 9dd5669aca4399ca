import { bridgeError } from "./bridge-error.ts";
import { dictionary, flag, json, list, members, oneOf, text, whole, type Got } from "./read.ts";

/** How the person wants things to look and read; pushed again when it changes. */
export const look = members({
  scheme: oneOf(["light", "dark"]),
  contrast: oneOf(["system", "more"]),
  font: oneOf(["atkinson", "system", "opendyslexic"]),
  /** Percent of the browser's own size. */
  textSize: whole({ min: 50, max: 400 }),
  motion: oneOf(["system", "reduced"]),
  /** BCP 47. */
  locale: text({ max: 35 }),
  /** IANA name. */
  timeZone: text({ max: 64 }),
  /** The console's own colours, type and radii: `--hl-*` custom properties. */
  tokens: dictionary(text({ max: 200, form: /^[^;{}<>\\]*$/ }), 200, /^--hl-[a-z0-9-]{1,40}$/),
});
export type PageLook = Got<typeof look>;

/**
 * The call during which the page was taken away and loaded again: while a secret is typed, no code of a plugin runs in the
 * console. The page draws what the person had entered from `params`, and the outcome from the rest.
 */
const resumed = members({ method: text({ max: 40 }), params: json }, { result: json, error: bridgeError });
export type PageResumed = Got<typeof resumed>;

/** What a page is told when it greets. It learns of no other plugin, no person and no message by this. */
export const init = members(
  {
    version: whole({ min: 1, max: 1_000 }),
    plugin: members({ id: text({ max: 128 }), name: text({ max: 80 }) }, { version: text({ max: 64 }) }),
    instance: members({ id: text({ max: 64 }), title: text({ max: 80 }), testMode: flag }),
    page: text({ max: 70, form: /^(?:settings|health|pages\/[a-z][a-z0-9-]*)$/ }),
    title: text({ max: 80 }),
    look,
    /** Methods that the person's role allows; another one is refused when it is called. */
    may: list(text({ max: 40 }), 60),
  },
  {
    /** The setting that the person was led to. */
    field: text({ max: 64 }),
    resumed,
  },
);
export type PageInit = Got<typeof init>;
