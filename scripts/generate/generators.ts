import { apiDescription } from "./api-description.ts";
import { apiPages } from "./api-pages.ts";
import { clientTypes } from "./client-types.ts";
import { commandList } from "./command-list.ts";
import { conformanceVectors } from "./conformance-vectors.ts";
import { contractPages } from "./contract-pages.ts";
import { errorsPage } from "./errors-page.ts";
import type { Generator } from "./generate-files.ts";
import { pageBundles } from "./page-bundles.ts";
import { pluginBundles } from "./plugin-bundles.ts";
import { pythonBundles } from "./python-bundles.ts";
import { pythonSdk } from "./python-sdk.ts";
import { searchPage } from "./search-page.ts";
import { sdkBundle } from "./sdk-bundle.ts";
import { threatsPage } from "./threats-page.ts";

export const generators: readonly Generator[] = [
  errorsPage,
  searchPage,
  threatsPage,
  apiDescription,
  apiPages,
  clientTypes,
  commandList,
  pluginBundles,
  pageBundles,
  sdkBundle,
  contractPages,
  pythonSdk,
  // After it: the bundles hold what it writes.
  pythonBundles,
  conformanceVectors,
];
