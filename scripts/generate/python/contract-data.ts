import {
  capabilities,
  capabilityNames,
  hostMethods,
  manifestShape,
  optionalHostMethods,
  pluginMethods,
} from "@hilum/contract";
import { canonicalTypes } from "@hilum/contract/fhir";
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
    samples: sampleInputs,
    fixtures: fixtures.filter(({ kind }) => kind === "message"),
  };
  return `${JSON.stringify(data, undefined, 1)}\n`;
}
