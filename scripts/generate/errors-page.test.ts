import { errorCatalogue, errorCodes } from "@hilum/contract";
import { expect, it } from "vitest";
import { renderErrorsPage } from "./errors-page.ts";

it("has one row for every code of the catalogue, with what the caller will read", () => {
  const rows = renderErrorsPage(errorCodes)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, "")));
  const expected = errorCodes
    .toSorted()
    .map((code) => [
      `\`${code}\``,
      String(errorCatalogue[code].status),
      errorCatalogue[code].title,
      errorCatalogue[code].fix,
    ]);
  expect(rows.map((cells) => cells.slice(0, 4))).toEqual(expected);
});
