/**
 * A process that writes bundles of records as fast as it can, each a patient with a history, and prints the name of each
 * bundle once it is acknowledged; to be killed.
 */
import { bundleOf, updatesOf } from "./records.ts";
import { writeUntilKilled } from "./write-until-killed.ts";

await writeUntilKilled(8, async ({ records }, name) => {
  await records.write(bundleOf(name));
  process.stdout.write(`${name} 1\n`);
  await records.write(updatesOf(name));
  process.stdout.write(`${name} 2\n`);
});
