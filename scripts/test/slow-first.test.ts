import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../process.ts";
import { slowFirst } from "./slow-first.ts";

it.each(slowFirst)("knows where %s lies", (file) => {
  expect(existsSync(join(repository, file))).toBe(true);
});
