import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp, type Search } from "./app.ts";
import { oneOf, present, textOf } from "../text/search.ts";

const phiClasses = ["none", "transit", "store"] as const;
const qualityLevels = ["bronze", "silver", "gold", "platinum"] as const;
const listingSorts = ["relevance", "name", "newest", "quality"] as const;
const installStates = [
  ...["running", "awaiting_approval", "watching", "succeeded"],
  ...["failed", "rolled_back", "cancelled"],
] as const;
const submissionStates = ["waiting", "approved", "rejected", "withdrawn", "published"] as const;

const marketplace = createRoute({
  ...inApp("/marketplace"),
  validateSearch: (search: Search) =>
    present({
      q: textOf(search["q"]),
      capability: textOf(search["capability"]),
      publisher: textOf(search["publisher"]),
      source: textOf(search["source"]),
      license: textOf(search["license"]),
      phi: oneOf(search["phi"], phiClasses),
      quality: oneOf(search["quality"], qualityLevels),
      state: oneOf(search["state"], ["installed", "update"]),
      sort: oneOf(search["sort"], listingSorts),
      cursor: textOf(search["cursor"]),
    }) as MarketplaceSearch,
  component: lazyRouteComponent(() => import("../screens/marketplace/search/marketplace.tsx"), "MarketplaceScreen"),
});
/** What is looked for, what narrows it, and the page of it. */
export interface MarketplaceSearch {
  q?: string;
  capability?: string;
  publisher?: string;
  source?: string;
  license?: string;
  phi?: (typeof phiClasses)[number];
  quality?: (typeof qualityLevels)[number];
  state?: "installed" | "update";
  sort?: (typeof listingSorts)[number];
  cursor?: string;
}
const updates = createRoute({
  ...inApp("/marketplace/updates"),
  validateSearch: (search: Search) => present({ run: textOf(search["run"]) }),
  component: lazyRouteComponent(() => import("../screens/marketplace/installs/updates.tsx"), "UpdatesScreen"),
});
const installs = createRoute({
  ...inApp("/marketplace/installs"),
  validateSearch: (search: Search) =>
    present({
      plugin: textOf(search["plugin"]),
      state: oneOf(search["state"], installStates),
      cursor: textOf(search["cursor"]),
    }),
  component: lazyRouteComponent(() => import("../screens/marketplace/installs/installs.tsx"), "InstallsScreen"),
});
const install = createRoute({
  ...inApp("/marketplace/installs/$job"),
  component: lazyRouteComponent(() => import("../screens/marketplace/installs/install.tsx"), "InstallScreen"),
});
const sources = createRoute({
  ...inApp("/marketplace/sources"),
  component: lazyRouteComponent(() => import("../screens/marketplace/sources/sources.tsx"), "SourcesScreen"),
});
const publishing = createRoute({
  ...inApp("/marketplace/publish"),
  component: lazyRouteComponent(() => import("../screens/marketplace/publish/own.tsx"), "OwnMarketplaceScreen"),
});
const handIn = createRoute({
  ...inApp("/marketplace/publish/new"),
  validateSearch: (search: Search) => present({ plugin: textOf(search["plugin"]) }),
  component: lazyRouteComponent(() => import("../screens/marketplace/publish/hand-in.tsx"), "HandInScreen"),
});
const review = createRoute({
  ...inApp("/marketplace/review"),
  validateSearch: (search: Search) =>
    present({ state: oneOf(search["state"], submissionStates), cursor: textOf(search["cursor"]) }),
  component: lazyRouteComponent(() => import("../screens/marketplace/publish/review.tsx"), "ReviewScreen"),
});
const keys = createRoute({
  ...inApp("/marketplace/keys"),
  component: lazyRouteComponent(() => import("../screens/marketplace/keys/keys.tsx"), "SigningKeysScreen"),
});
const listing = createRoute({
  ...inApp("/marketplace/$plugin"),
  validateSearch: (search: Search) => present({ version: textOf(search["version"]), source: textOf(search["source"]) }),
  component: lazyRouteComponent(() => import("../screens/marketplace/listing/listing.tsx"), "ListingScreen"),
});

export const marketplaceRoutes = [
  marketplace,
  updates,
  installs,
  install,
  sources,
  publishing,
  handIn,
  review,
  keys,
  listing,
] as const;
