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

it("says what is asked of a log, and asks nothing where nothing was entered", () => {
  const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
  const log = { required: true, witnesses: ["w.example+00000000+AAAA"], threshold: 1 };
  expect(policySaid({ ...policy, log })).toContain(
    "Only with a log of its packages. 1 of 1 witnesses must have seen it.",
  );
  expect(tidyPolicy({ ...policy, log: { required: false, witnesses: [" "], threshold: 0 } })).toEqual(policy);
  expect(tidyPolicy({ ...policy, log: { ...log, witnesses: [...log.witnesses, ""] } })).toEqual({ ...policy, log });
});
