import { dateRange } from "../search/date-range.ts";
import { asObject } from "../json-object.ts";
import { maskContact } from "../message-summary.ts";
import { knownCountry } from "./known-country.ts";

/** What may be shown of one value; undefined shows nothing. */
export type Mask = (value: unknown) => unknown;

/** Stands where something was. */
export const hidden = "••••";

/** What may be shown of an object: the named properties, each by its own mask. */
export function object(masks: Readonly<Record<string, Mask>>): Mask {
  return (value) => {
    const given = asObject(value);
    if (given === undefined) return undefined;
    const shown: Record<string, unknown> = {};
    for (const [key, mask] of Object.entries(masks)) {
      const masked = Object.hasOwn(given, key) ? mask(given[key]) : undefined;
      if (masked !== undefined) shown[key] = masked;
    }
    return Object.keys(shown).length === 0 ? undefined : shown;
  };
}

export function list(mask: Mask): Mask {
  return (value) => {
    const shown = Array.isArray(value) ? value.slice(0, 100).flatMap((item: unknown) => mask(item) ?? []) : [];
    return shown.length === 0 ? undefined : shown;
  };
}

/** Text that is one of FHIR's own codes, as far as its form tells. */
export const code: Mask = (value) => textLike(value, /^[a-z][a-z-]{0,31}$/i);
/** Without its parameters, in which a file's name may stand. */
export const mediaType: Mask = (value) =>
  typeof value === "string" ? textLike(value.split(";")[0]?.trim(), /^[a-z]{1,20}\/[a-z0-9.+-]{1,60}$/i) : undefined;
export const truth: Mask = (value) => (typeof value === "boolean" ? value : undefined);
export const size: Mask = (value) => (typeof value === "number" ? value : undefined);
export const recordId: Mask = (value) => textLike(value, /^[A-Za-z0-9\-.]{1,64}$/);

/** A date of the record's own life. */
export const wholeDate: Mask = (value) =>
  typeof value === "string" && dateRange(value) !== undefined ? value : undefined;

/** A date of somebody's life. */
export const year: Mask = (value) =>
  typeof value === "string" && dateRange(value) !== undefined ? value.slice(0, 4) : undefined;

export const yearsOfPeriod = object({ start: year, end: year });

/** Something was said, in words or codes that are not shown. */
export const concept: Mask = (value) => (asObject(value) === undefined ? undefined : { text: hidden });
export const words: Mask = (value) => (typeof value === "string" ? hidden : undefined);

/** Codes of the named systems, without what people wrote beside them. */
export function codingOf(...systems: string[]): Mask {
  return (value) => {
    const { system, code: given } = asObject(value) ?? {};
    const isShown =
      typeof system === "string" &&
      systems.some((one) => system === one || (one.endsWith("/") && system.startsWith(one)));
    const shown = isShown ? textLike(given, /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/) : undefined;
    return shown === undefined ? undefined : { system, code: shown };
  };
}

export function conceptOf(...systems: string[]): Mask {
  return object({ coding: list(codingOf(...systems)) });
}

const terminology = "http://terminology.hl7.org/CodeSystem/";

export const categories = conceptOf(
  `${terminology}observation-category`,
  `${terminology}v2-0074`,
  `${terminology}communication-category`,
  `${terminology}consentcategorycodes`,
  `${terminology}consentscope`,
  "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
);
export const hl7Coding = codingOf(terminology, "http://dicom.nema.org/resources/ontology/DCM", "http://hl7.org/fhir/");
export const hl7Concept = conceptOf(terminology, "http://hl7.org/fhir/");

/** `Patient/1`: where it leads, not whose name stands beside it. */
export const reference: Mask = (value) => {
  const target = textLike(
    asObject(value)?.["reference"],
    /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/,
  );
  return target === undefined ? undefined : { reference: target };
};

/** `John Doe` -> `J••• D••`. More than three dots are never shown, and of a name of one sign nothing is. */
export const humanName: Mask = object({ use: code, text: maskedWords, family: maskedWords, given: list(maskedWords) });

function maskedWords(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const parts = value.split(/\s+/).filter(Boolean).slice(0, 4);
  return parts.length === 0 ? undefined : parts.map(maskedWord).join(" ");
}

/** Signs of scripts in which one is a name, or half of it. */
const telling = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

function maskedWord(word: string): string {
  const [first = "", ...rest] = word;
  if (rest.length === 0 || telling.test(first) || !/[\p{L}•]/u.test(first)) return "••";
  return first + "•".repeat(Math.min(rest.length, 3));
}

/** The last four signs of eight or more; of fewer nothing. */
export const identifier: Mask = object({
  use: code,
  type: conceptOf(`${terminology}v2-0203`),
  system: (value) => textLike(value, /^[a-z][a-z0-9+.-]*:[!-~]{1,200}$/i),
  value: (value) => {
    if (typeof value !== "string") return undefined;
    const signs = Array.from(value);
    return signs.length < 8 ? hidden : hidden + signs.slice(-4).join("");
  },
});

export const contactPoint: Mask = object({
  system: code,
  use: code,
  value: (value) => (typeof value === "string" ? maskContact(value) : undefined),
});

export const address: Mask = object({
  country: (value) => (typeof value === "string" ? knownCountry(value) : undefined),
});

/** That there is a file, and of which kind. */
export const attachment: Mask = object({ contentType: mediaType, size });

export const meta: Mask = object({
  versionId: recordId,
  lastUpdated: wholeDate,
  security: list(codingOf(terminology)),
});

function textLike(value: unknown, form: RegExp): string | undefined {
  return typeof value === "string" && form.test(value) ? value : undefined;
}
