import { boundaries } from "./boundaries.ts";
import type { Check } from "./check.ts";
import { format } from "./format.ts";
import { generated } from "./generated.ts";
import { lint } from "./lint.ts";
import { sizes } from "./sizes.ts";
import { types } from "./types.ts";
import { unused } from "./unused.ts";
import { words } from "./words.ts";

/** In the order in which `npm run check` runs them. */
export const checks: readonly Check[] = [types, lint, format, boundaries, sizes, unused, words, generated];
