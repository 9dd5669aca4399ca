import { expect, it } from "vitest";
import { never } from "./permissions.tsx";

it("names the hosts that are all it may reach", () => {
  expect(never({ hosts: ["api.example.com:443"], phi: "transit" })).toContain(
    "reach a machine other than api.example.com:443",
  );
});

it("says of a plugin without hosts that it reaches nothing, and of one without patient data that it sees none", () => {
  const said = never({ hosts: [], phi: "none" });
  expect(said).toContain("reach any other machine");
  expect(said).toContain("see patient data");
});

it("does not promise of a plugin that keeps patient data that it keeps none", () => {
  expect(never({ hosts: [], phi: "store" }).join()).not.toContain("patient data");
});
