import { checkSettings } from "./001-check-settings.ts";
import { checkClaim } from "./002-check-claim.ts";
import { requiresHilum } from "./003-requires-hilum.ts";
import type { Upgrade } from "./upgrade.ts";

/** In the order in which they are made. */
export const upgrades: readonly Upgrade[] = [checkSettings, checkClaim, requiresHilum];
