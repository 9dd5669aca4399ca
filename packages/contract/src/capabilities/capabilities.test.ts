import { expect, it } from "vitest";
import { capabilityNames } from "../manifest/manifest.ts";
import { hostMethods } from "../wire/protocol.ts";
import { capabilities, methodsOf, phiClassOf } from "./capabilities.ts";

it("serves exactly the capabilities whose methods the host calls", () => {
  expect(capabilityNames.filter((name) => capabilities[name].served)).toEqual(
    Object.keys(hostMethods).filter((name) => name !== "core" && name !== "ingress"),
  );
  expect(methodsOf(["send_messages"])).toEqual([...hostMethods.send_messages]);
});

it("takes the most careful PHI class that capabilities and declaration imply", () => {
  expect(phiClassOf({ capabilities: ["run_jobs"] })).toBe("none");
  expect(phiClassOf({ capabilities: ["run_jobs"], classification: { phi: "store" } })).toBe("store");
  expect(phiClassOf({ capabilities: ["send_messages"] })).toBe("transit");
  expect(phiClassOf({ capabilities: ["send_messages", "store_records"], classification: { phi: "none" } })).toBe(
    "store",
  );
});
