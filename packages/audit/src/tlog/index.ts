/** Trees, proofs, checkpoints and signed notes, apart from the audit log: what any other log of this kind is made of and checked with. */
export { leafHash } from "./hash.ts";
export { createTileBuilder, type TileFile } from "./tile-builder.ts";
export { hashesAtLevel, TILE_WIDTH, tilePath, tileWidth } from "./tile.ts";
export {
  createNoteVerifier,
  parseNote,
  rawVerifierOf,
  verifyNote,
  type NoteVerifier,
  type SignedNote,
} from "./note.ts";
export { parseCheckpointText, type Checkpoint } from "./checkpoint.ts";
export { parseWitnessKey, verifyCosignature, type WitnessKey } from "./cosignature.ts";
