import { sdkVersions } from "@hilum/contract";
import type { ScaffoldChoice, ScaffoldFile } from "@hilum/contract/api";
import { pageFiles } from "./page-files.ts";
import { readme } from "./readme.ts";
import { scaffoldManifest, scaffoldSubject } from "./scaffold-manifest.ts";

/** A plugin in TypeScript. Node runs the files as they are, so there is nothing to build but pages. */
export function nodeFiles(choice: ScaffoldChoice): ScaffoldFile[] {
  return [
    { path: "hilum.json", purpose: "What the plugin is, provides and asks for.", text: scaffoldManifest(choice) },
    { path: "main.ts", purpose: "The program that Hilum starts.", text: main },
    { path: "plugin.ts", purpose: "What the plugin does: call your provider here.", text: plugin },
    { path: "plugin.test.ts", purpose: "Its tests, by the rules of the real host.", text: test },
    { path: "conformance.json", purpose: "What the conformance cases need to know.", text: scaffoldSubject },
    { path: "package.json", purpose: "Name, language and dependencies.", text: packageJson(choice) },
    { path: "tsconfig.json", purpose: "Strict types, as Node strips them.", text: tsconfig(choice) },
    { path: "README.md", purpose: "How to work on it.", text: readme(choice) },
    ...(choice.pages ? pageFiles : []),
  ];
}

const main = `import { serve } from "@hilum/sdk";
import { plugin } from "./plugin.ts";

serve(plugin);
`;

const plugin = `import { contactPoints, definePlugin, ProviderError } from "@hilum/sdk";

/** The settings that \`hilum.json\` declares. */
interface Settings {
  readonly [name: string]: unknown;
  readonly sender: string;
}

export const plugin = definePlugin<Settings>({
  async sendMessages({ communication, idempotencyKey }, { settings, log, signal }) {
    signal.throwIfAborted();
    const recipients = contactPoints(communication);
    // Your provider is called here. Until then everybody is taken but "nobody", so that both ends can be tried.
    const refused = recipients.flatMap(({ value }, recipient) =>
      value.startsWith("nobody") ? [{ recipient, reply: "unknown" }] : [],
    );
    if (refused.length === recipients.length) throw new ProviderError("provider.recipient");
    // How many, never who: a log is no place for a person.
    log.info(\`\${settings.sender}: \${recipients.length - refused.length} taken\`);
    return { providerId: idempotencyKey, ...(refused.length === 0 ? {} : { refused }) };
  },
  smokeTests: {
    sender: ({ settings }) => [
      {
        id: "sender",
        title: "A sender is set",
        status: settings.sender === "" ? "failed" : "passed",
        ...(settings.sender === "" ? { fix: "Enter a sender in Settings.", field: "/sender" } : {}),
      },
    ],
  },
});
`;

const test = `import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { email } from "@hilum/sdk";
import { createTestHost } from "@hilum/sdk/testing";
import { plugin } from "./plugin.ts";

const manifest: unknown = JSON.parse(readFileSync(new URL("hilum.json", import.meta.url), "utf8"));
const mailTo = (to: string) => email({ to, subject: "Your appointment", text: "Tomorrow at nine." });

test("takes a message", async (t) => {
  const host = await createTestHost(plugin, { manifest });
  t.after(() => host.close());
  const sent = await host.send(mailTo("ada@example.org"));
  assert.equal(sent.outcome, "accepted");
});

test("says whom it could not reach, in the platform's words", async (t) => {
  const host = await createTestHost(plugin, { manifest });
  t.after(() => host.close());
  await assert.rejects(host.send(mailTo("nobody@example.org")), { code: "provider.recipient" });
});

test("writes no recipient into its log", async (t) => {
  const host = await createTestHost(plugin, { manifest });
  t.after(() => host.close());
  await host.send(mailTo("ada@example.org"));
  assert.equal(host.log.length, 1);
  assert.doesNotMatch(JSON.stringify(host.log), /ada/);
});

test("passes its smoke test", async (t) => {
  const host = await createTestHost(plugin, { manifest });
  t.after(() => host.close());
  const { rows } = await host.smoke("sender");
  assert.deepEqual(
    rows.map(({ status }) => status),
    ["passed"],
  );
});
`;

function packageJson({ id, pages }: ScaffoldChoice): string {
  const document = {
    name: id.replaceAll(".", "-"),
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { test: "node --test", ...(pages ? { build: "node build.ts" } : {}) },
    dependencies: { "@hilum/sdk": sdkVersions.current, ...(pages ? { react: "19.3.1", "react-dom": "19.3.1" } : {}) },
    ...(pages
      ? { devDependencies: { "@types/react": "19.3.0", "@types/react-dom": "19.3.0", rolldown: "1.2.19" } }
      : {}),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function tsconfig({ pages }: ScaffoldChoice): string {
  const document = {
    compilerOptions: {
      target: "es2024",
      module: "nodenext",
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      allowImportingTsExtensions: true,
      noEmit: true,
      skipLibCheck: true,
      ...(pages ? { jsx: "react-jsx" } : {}),
    },
    include: ["*.ts", ...(pages ? ["pages"] : [])],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
