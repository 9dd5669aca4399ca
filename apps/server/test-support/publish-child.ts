import { readFileSync } from "node:fs";
import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { OwnState } from "../src/features/marketplace/publishing/own-marketplace.ts";

/**
 * A process that takes in a state of an own marketplace and is killed at one of its writes; 0 kills it at none. Prints how many there
 * were. Arguments: folder, file with the state, number of the write.
 */
const [dir = "", state = "", at = "0"] = process.argv.slice(2);
let writes = 0;
const dieAt = <Act extends (...args: never[]) => Promise<void>>(act: Act): Act =>
  (async (...args: Parameters<Act>) => {
    writes += 1;
    if (writes === Number(at)) process.kill(process.pid, "SIGKILL");
    await act(...args);
  }) as Act;
files.rename = dieAt(files.rename);
files.link = dieAt(files.link);
syncBuiltinESMExports();
const { createOwnMarketplace } = await import("../src/features/marketplace/publishing/own-marketplace.ts");
await createOwnMarketplace(dir).commit(JSON.parse(readFileSync(state, "utf8")) as OwnState);
process.stdout.write(String(writes));
