import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { World } from "../world/world.ts";
import { saved } from "./devtools.ts";
import type { Journey } from "./journey.ts";

const id = "com.example.night-desk";

const read = ({ server }: World, file: string): string =>
  readFileSync(join(server.dataDir, "workspace", id, file), "utf8");

/** The folder as its developer would have written it for the SDK before. */
function writeForSdkBefore(world: World): void {
  const change = (file: string, from: string, to: string): void => {
    const text = read(world, file);
    assert.ok(text.includes(from), `${file} has ${from}`);
    writeFileSync(join(world.server.dataDir, "workspace", id, file), text.replace(from, to));
  };
  change("plugin.ts", "  smokeTests: {", "  checkConfig: () => [],\n  smokeTests: {");
  change("package.json", '"@hilum/sdk": "0.2.0"', '"@hilum/sdk": "0.1.0"');
}

export const upgrade: Journey[] = [
  {
    name: "developer: brings a plugin that is written for the SDK before to the newest, having seen every change",
    async run(world) {
      const { admin, picture } = world;
      writeForSdkBefore(world);
      await admin.open(`/dev/reload?plugin=${id}`);
      await admin.activate("link", "Upgrade", { role: "navigation", name: "Developer tools" });
      await admin.arrive("Upgrade");
      await admin.see("0.1.0, by package.json");
      await admin.see({ role: "region", name: "Changes of plugin.ts" });
      await picture(admin.page, "dev-upgrade");
      const patch = await saved(admin, () => admin.activate("button", "Download as a patch"));
      assert.equal(patch.name, `${id}-to-sdk-0.2.0.patch`);
      assert.match(patch.bytes.toString(), /^\+ {2}checkSettings: \(\) => \[\],$/m);
      assert.match(read(world, "plugin.ts"), /checkConfig/);
      await admin.activate("button", "Upgrade the folder");
      await admin.see("The folder is at SDK 0.2.0");
      assert.match(read(world, "plugin.ts"), /^ {2}checkSettings: \(\) => \[\],$/m);
      assert.match(read(world, "package.json"), /"@hilum\/sdk": "0\.2\.0"/);
      await admin.see("There is nothing that can be changed by itself.");
    },
  },
];
