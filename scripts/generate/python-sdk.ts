import type { Generator } from "./generate-files.ts";
import { renderContractData } from "./python/contract-data.ts";
import { renderCatalogueModule, renderErrorsModule } from "./python/errors-module.ts";
import { renderLimitsModule } from "./python/limits-module.ts";
import { renderModelsModule } from "./python/models-module.ts";

const folder = "sdks/python/src/hilum";

/** What the Python SDK knows of the contract: exceptions, types, limits, and the rules of its test host. */
export const pythonSdk: Generator = {
  name: "Python SDK",
  generate: async (root) => [
    { path: `${folder}/errors.py`, content: renderErrorsModule() },
    { path: `${folder}/catalogue.py`, content: renderCatalogueModule() },
    { path: `${folder}/models.py`, content: renderModelsModule(root) },
    { path: `${folder}/protocol/limits.py`, content: renderLimitsModule() },
    { path: `${folder}/rules/contract.gen.json`, content: renderContractData() },
  ],
};
