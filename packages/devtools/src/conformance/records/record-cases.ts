import type { Case } from "../case.ts";
import { keptRecordCases } from "./kept-record-cases.ts";
import { recordContentCases } from "./record-content-cases.ts";
import { recordSearchCases } from "./record-search-cases.ts";
import { recordVersionCases } from "./record-version-cases.ts";

/** Of stores of records. */
export const recordCases: readonly Case[] = [
  ...keptRecordCases,
  ...recordVersionCases,
  ...recordSearchCases,
  ...recordContentCases,
];
