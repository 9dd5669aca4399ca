import { expect, it } from "vitest";
import { valuesOf } from "./facets.tsx";

const facets = {
  capability: [],
  publisher: [{ value: "com.example", title: "com.example", count: 7 }],
  source: [],
  license: [],
  phi: [{ value: "transit", title: "transit", count: 3 }],
  quality: [
    { value: "gold", title: "gold", count: 2 },
    { value: "bronze", title: "bronze", count: 4 },
    { value: "none", title: "none", count: 9 },
  ],
  state: [],
};

it("counts with a level of quality what is above it, and leaves out levels that nothing reaches", () => {
  expect(valuesOf("quality", facets, {})).toEqual([
    { value: "bronze", title: "Bronze", count: 6 },
    { value: "silver", title: "Silver", count: 2 },
    { value: "gold", title: "Gold", count: 2 },
  ]);
});

it("says what patient data a plugin touches in words", () => {
  expect(valuesOf("phi", facets, {})).toEqual([{ value: "transit", title: "Patient data passes through", count: 3 }]);
});

it("does not offer the only value there is, unless it is chosen", () => {
  expect(valuesOf("publisher", facets, {})).toEqual([]);
  expect(valuesOf("publisher", facets, { publisher: "com.example" })).toHaveLength(1);
});
