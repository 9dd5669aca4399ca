import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp, type Search } from "./app.ts";
import { present, textOf } from "../text/search.ts";

const vendors = createRoute({
  ...inApp("/vendors"),
  validateSearch: (search: Search) => present({ host: textOf(search["host"]) }),
  component: lazyRouteComponent(() => import("../screens/vendors/vendors.tsx"), "VendorsScreen"),
});
const vendor = createRoute({
  ...inApp("/vendors/$vendor"),
  component: lazyRouteComponent(() => import("../screens/vendors/vendor.tsx"), "VendorScreen"),
});

export const vendorRoutes = [vendors, vendor] as const;
