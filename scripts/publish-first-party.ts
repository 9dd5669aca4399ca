import { publishFirstParty } from "./first-party/publish-first-party.ts";
import { repository } from "./process.ts";

/** `node scripts/publish-first-party.ts <folder>`: the plugins that come with Hilum as a marketplace for tests; prints what it holds. */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Name a folder that is not there yet.");
  process.exitCode = 2;
} else {
  console.log(JSON.stringify(await publishFirstParty(repository, folder), undefined, 2));
}
