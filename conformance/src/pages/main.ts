import { launchJudge, judgePages } from "./judge-pages.ts";

const usage = `Judges a plugin's own pages: each is loaded in a frame as the Admin Console does it, in light and dark, wide and at 320 px,
with more contrast and with wide text spacing; axe runs inside the frame, and Tab walks through it.

  node conformance/src/pages/main.ts <folder with hilum.json>`;

const [folder] = process.argv.slice(2);
if (folder === undefined || folder === "--help") {
  console.log(usage);
  process.exit(folder === undefined ? 2 : 0);
}

const browser = await launchJudge();
const verdicts = await judgePages(folder, browser);
await browser.close();
for (const { page, faults } of verdicts) {
  console.log(`${faults.length === 0 ? "passed " : "refused"} ${page}`);
  for (const fault of faults) console.log(`        ${fault}`);
}
if (verdicts.length === 0) console.log("The manifest declares no pages.");
const refused = verdicts.filter(({ faults }) => faults.length > 0).length;
console.log(`${verdicts.length - refused} passed, ${refused} refused`);
process.exitCode = refused === 0 ? 0 : 1;
