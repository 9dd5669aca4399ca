import { buffer } from "node:stream/consumers";
import { isHilumError } from "@hilum/contract";
import { writeFrame, type ReadAnswer } from "./read-frame.ts";
import { readPackage } from "./read-package.ts";

// Run by `readPackageApart`: one archive comes in, one frame goes out.
process.stdout.write(writeFrame(answer(await buffer(process.stdin))));

function answer(archive: Buffer): ReadAnswer {
  try {
    const { manifest, list, sbom, files } = readPackage(archive);
    return {
      taken: {
        ...{ manifest, list, sbom },
        files: files.map(({ path, bytes }) => ({
          path,
          at: bytes.byteOffset - archive.byteOffset,
          bytes: bytes.length,
        })),
      },
    };
  } catch (error) {
    if (!isHilumError(error)) throw error;
    const { code, detail, problems } = error;
    return { refused: { code, detail, problems } };
  }
}
