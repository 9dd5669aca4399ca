import { expect, it } from "vitest";
import { policySaid, tidyPolicy } from "./policy-fields.tsx";

it("says a policy as a sentence", () => {
  expect(policySaid({ coolingOffDays: 1, whenRevoked: "stop", publishers: [] })).toBe(
    "New versions are offered after 1 day; what is taken back is stopped.",
  );
  expect(policySaid({ coolingOffDays: 0, whenRevoked: "warn", publishers: ["com.example"] })).toBe(
    "New versions are offered at once; what is taken back is only said. Only from com.example.",
  );
});

it("leaves out empty lines of publishers", () => {
  expect(
    tidyPolicy({ coolingOffDays: 0, whenRevoked: "stop", publishers: [" com.example ", "", " "] }).publishers,
  ).toEqual(["com.example"]);
});
