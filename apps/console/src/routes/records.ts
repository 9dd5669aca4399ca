import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp, type Search } from "./app.ts";
import { numberOf, oneOf, present, textOf } from "../text/search.ts";

/**
 * Which store and type are looked at, and what narrows them. Names and numbers that a person looks for never stand in an
 * address.
 */
export interface RecordsSearch {
  store?: string;
  type?: string;
  patient?: string;
  category?: string;
  from?: string;
  before?: string;
  cursor?: string;
}
const records = createRoute({
  ...inApp("/records"),
  validateSearch: (search: Search): RecordsSearch =>
    present({
      store: textOf(search["store"]),
      type: textOf(search["type"]),
      patient: textOf(search["patient"]),
      category: textOf(search["category"]),
      from: textOf(search["from"]),
      before: textOf(search["before"]),
      cursor: textOf(search["cursor"]),
    }),
  component: lazyRouteComponent(() => import("../screens/records/records.tsx"), "RecordsScreen"),
});

/** Which version of the record is shown, out of which store, and how. */
export interface RecordSearch {
  store?: string;
  version?: number;
  view?: "fhir" | "json";
}
const record = createRoute({
  ...inApp("/records/$type/$id"),
  validateSearch: (search: Search): RecordSearch =>
    present({
      store: textOf(search["store"]),
      version: numberOf(search["version"]),
      view: oneOf(search["view"], ["fhir", "json"]),
    }),
  component: lazyRouteComponent(() => import("../screens/records/record/record.tsx"), "RecordScreen"),
});

const patient = createRoute({
  ...inApp("/records/patients/$patient"),
  validateSearch: (search: Search) => present({ type: textOf(search["type"]), cursor: textOf(search["cursor"]) }),
  component: lazyRouteComponent(() => import("../screens/records/patient/patient.tsx"), "PatientScreen"),
});
const disclosures = createRoute({
  ...inApp("/records/patients/$patient/disclosures"),
  validateSearch: (search: Search) =>
    present({ from: textOf(search["from"]), before: textOf(search["before"]), cursor: textOf(search["cursor"]) }),
  component: lazyRouteComponent(() => import("../screens/records/patient/disclosures.tsx"), "DisclosuresScreen"),
});

const glassStates = ["open", "waiting", "accepted", "asked", "escalated"] as const;
const glasses = createRoute({
  ...inApp("/records/glasses"),
  validateSearch: (search: Search) =>
    present({ state: oneOf(search["state"], glassStates), cursor: textOf(search["cursor"]) }),
  component: lazyRouteComponent(() => import("../screens/records/review/glasses.tsx"), "GlassesScreen"),
});
const glass = createRoute({
  ...inApp("/records/glasses/$glass"),
  component: lazyRouteComponent(() => import("../screens/records/review/glass.tsx"), "GlassScreen"),
});

const holds = createRoute({
  ...inApp("/records/holds"),
  component: lazyRouteComponent(() => import("../screens/records/custody/holds.tsx"), "HoldsScreen"),
});
const retention = createRoute({
  ...inApp("/records/retention"),
  component: lazyRouteComponent(() => import("../screens/records/custody/retention.tsx"), "RetentionScreen"),
});
const cursorSearch = (search: Search) => present({ cursor: textOf(search["cursor"]) });
const exports = createRoute({
  ...inApp("/records/exports"),
  validateSearch: cursorSearch,
  component: lazyRouteComponent(() => import("../screens/records/custody/exports.tsx"), "ExportsScreen"),
});
const shreddings = createRoute({
  ...inApp("/records/shreddings"),
  validateSearch: cursorSearch,
  component: lazyRouteComponent(() => import("../screens/records/custody/shreddings.tsx"), "ShreddingsScreen"),
});
const stores = createRoute({
  ...inApp("/records/stores"),
  component: lazyRouteComponent(() => import("../screens/records/stores/stores.tsx"), "StoresScreen"),
});

export const recordRoutes = [
  records,
  record,
  patient,
  disclosures,
  glasses,
  glass,
  holds,
  retention,
  exports,
  shreddings,
  stores,
] as const;
