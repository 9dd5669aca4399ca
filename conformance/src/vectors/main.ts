import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerVectors } from "./answer-vectors.ts";
import { frameVectors } from "./frame-vectors.ts";
import { manifestVectors } from "./manifest-vectors.ts";
import { messageVectors } from "./message-vectors.ts";
import { recordVectors } from "./record-vectors.ts";
import { requestVectors } from "./request-vectors.ts";
import { scopeVectors } from "./scope-vectors.ts";
import { searchVectors } from "./search-vectors.ts";
import { packageVectors } from "./package-vectors.ts";
import { renderVectors } from "./vector-file.ts";

/** `node conformance/src/vectors/main.ts <folder>`: writes every vector, by the host's and the Node SDK's own code. */
const [folder = "."] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const files = [
  await packageVectors(),
  ...[frameVectors(), manifestVectors(), scopeVectors(), requestVectors(), messageVectors(), answerVectors()].flat(),
  ...recordVectors(),
  ...searchVectors(),
];
for (const file of files) writeFileSync(join(folder, `${file.name}.json`), renderVectors(file));
