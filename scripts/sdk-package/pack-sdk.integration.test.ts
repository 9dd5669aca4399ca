import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository, runCommand } from "../process.ts";

const plugin = `
import { contactPoints, definePlugin, ProviderError } from "@hilum/sdk";
import { createTestHost, sampleSms } from "@hilum/sdk/testing";
import { PluginApp, SettingsForm } from "@hilum/sdk/ui";

let said = "";
const plugin = definePlugin({
  async sendMessages({ communication, idempotencyKey }) {
    if (contactPoints(communication).length === 0) throw new ProviderError("provider.recipient");
    return { providerId: idempotencyKey };
  },
  async health({ records }) {
    await records.create({ resourceType: "Patient", active: true });
    const bad = JSON.parse('{"resourceType":"Patient","active":"yes"}') as { resourceType: "Patient" };
    await records.create(bad).catch((error: { code: string }) => (said = error.code));
    return { state: "healthy", rows: [] };
  },
});
const scopes = [{ scope: "system/Patient.c", reason: "For the test." }];
const manifest = { id: "com.example.consumer", name: "Consumer", capabilities: ["send_messages"], scopes };
const host = await createTestHost(plugin, { manifest, grants: ["system/Patient.c"] });
console.log((await host.send(sampleSms())).outcome, typeof PluginApp, typeof SettingsForm);
await host.health();
console.log(said, host.records.length);
await host.close();
export const refused = (): Error =>
  // @ts-expect-error: no code of the catalogue
  new ProviderError("provider.nothing");
`;

const settings = {
  compilerOptions: {
    ...{
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "dom", "dom.iterable", "esnext.disposable", "esnext.iterator"],
    },
    // The package's own declarations are judged too.
    ...{ strict: true, noEmit: true, skipLibCheck: false, types: ["node"] },
  },
  files: ["plugin.ts"],
};

describe("the SDK as a package, in an empty folder", () => {
  let folder: TempDir;
  const inFolder = (command: string, args: readonly string[]) =>
    runCommand(command, args, { cwd: folder.join("empty") });

  beforeAll(async () => {
    folder = createTempDir("sdk-package");
    const packed = await runCommand("node", ["scripts/pack-sdk.ts", "--to", folder.path]);
    expect(packed.code, packed.output).toBe(0);
    mkdirSync(folder.join("empty"));
    writeFileSync(folder.join("empty/package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
    writeFileSync(folder.join("empty/plugin.ts"), plugin);
    writeFileSync(folder.join("empty/tsconfig.json"), JSON.stringify(settings));
    const file = packed.output.trim().split("\n").at(-1) ?? "";
    const others = ["react", "react-dom", "@types/react", "@types/node"].map((name) => `${name}@${installed(name)}`);
    const install = await inFolder("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", file, ...others]);
    expect(install.code, install.output).toBe(0);
  }, 120_000);
  afterAll(() => folder.remove());

  it("is installed with what it needs, and brings nothing of the repository along but itself", () => {
    const lock = JSON.parse(readFileSync(folder.join("empty/package-lock.json"), "utf8")) as { packages: object };
    const names = Object.keys(lock.packages).filter((path) => path.includes("@hilum/"));
    expect(names).toEqual(["node_modules/@hilum/sdk"]);
  });

  it("has types that hold without the repository", async () => {
    const judged = await inFolder("tsc", ["-p", "."]);
    expect(judged.code, judged.output).toBe(0);
  });

  it("runs: plugin, test host and pages", async () => {
    const run = await inFolder("node", ["plugin.ts"]);
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("accepted function function") as string });
    // Records are judged there as here, without the larger validator.
    expect(run.output).toContain("record.invalid 1");
  });
});

const installed = (name: string): string =>
  (JSON.parse(readFileSync(join(repository, "node_modules", name, "package.json"), "utf8")) as { version: string })
    .version;
