import {
  capabilities,
  capabilityNames,
  hostMethods,
  manifestShape,
  optionalHostMethods,
  pluginMethods,
  recordLimits,
} from "@hilum/contract";
import { canonicalTypes } from "@hilum/contract/fhir";
import { searchTable } from "@hilum/contract/search";
import { fixtures, sampleInputs } from "@hilum/contract/fixtures";
import { answerShapes, errorDataShape } from "@hilum/contract/wire";

/** `hilum/rules/contract.gen.json`: the shapes that the host judges by, as data, with what else its rules look up. */
export function renderContractData(): string {
  const data = {
    manifest: manifestShape.rules,
    answers: Object.fromEntries([...answerShapes].map(([method, { rules }]) => [method, rules])),
    errorData: errorDataShape.rules,
    capabilities: Object.fromEntries(
      capabilityNames.map((name) => [name, { phi: capabilities[name].phi, methods: capabilities[name].methods }]),
    ),
    hostMethods: { ...hostMethods, optional: optionalHostMethods },
    pluginRequests: Object.entries(pluginMethods).flatMap(([method, { notification }]) =>
      notification ? [] : [method],
    ),
    canonicalTypes,
    recordLimits,
    search: renderSearchTable(),
    samples: sampleInputs,
    fixtures: fixtures.filter(({ kind }) => kind === "message"),
  };
  return `${JSON.stringify(data, undefined, 1)}\n`;
}

/** By type and name: the kind, the places that are looked at, and the types that references may lead to. */
function renderSearchTable(): object {
  const { common, types } = searchTable;
  return Object.fromEntries(
    Object.entries(types).map(([type, { parameters }]) => [
      type,
      Object.fromEntries(
        Object.entries({ ...common, ...parameters }).map(([name, { kind, paths, targets }]) => [
          name,
          { kind, paths, ...(targets === undefined ? {} : { targets }) },
        ]),
      ),
    ]),
  );
}
