import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { repository, runCommand } from "./process.ts";
import { stageSdk } from "./sdk-package/stage-sdk.ts";

/** `npm run pack-sdk -- [--to FOLDER]`: the Node SDK as a package that `npm install` takes, types included. Prints its file. */
const { values } = parseArgs({ options: { to: { type: "string", default: join(repository, "dist") } } });
const stage = join(mkdtempSync(join(tmpdir(), "hilum-sdk-")), "package");
try {
  await stageSdk(stage);
  mkdirSync(values.to, { recursive: true });
  const { code, output } = await runCommand("npm", ["pack", "--silent", "--pack-destination", values.to, stage]);
  if (code !== 0) throw new Error(`npm pack failed.\n${output}`);
  console.log(join(values.to, output.trim().split("\n").at(-1) ?? ""));
} finally {
  rmSync(dirname(stage), { recursive: true, force: true });
}
