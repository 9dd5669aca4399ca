export { readHttpFiles } from "../source/http-files.ts";
export { readFolderFiles } from "../source/read-files.ts";
export { witnessTree, type WitnessedTree, type WitnessPlace } from "./witness-tree.ts";
