import assert from "node:assert/strict";
import { join } from "node:path";
import { repository, type World } from "../world/world.ts";
import { runProgram } from "../world/programs.ts";
import type { Journey } from "./journey.ts";

const broken = `{
  "id": "org.example.fax-gate",
  "name": "Fax gate",
  "capabilities": ["send_mesages"],
  "scopes": [{ "scope": "net:*", "reason": "Everything" }],
  "colour": "red"
}`;
const mended = `{
  "id": "org.example.fax-gate",
  "name": "Fax gate",
  "capabilities": ["send_messages"],
  "scopes": [{ "scope": "net:https://fax.example.org:443", "reason": "Hands faxes to the gate." }]
}`;

/** The command of the documentation, word for word, where its port is free. */
async function curlOfTheDocumentation(
  { server }: World,
  id: string,
  name: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const manifest = JSON.stringify({ id, name, capabilities: ["send_messages"] });
  const command = `curl -X POST -H "Content-Type: application/json" -d '${manifest}' https://localhost:${server.url.port}/api/v1/plugins/register`;
  const { output } = await runProgram("/bin/sh", ["-c", `${command} -sS -w '\\n%{http_code}'`], {
    CURL_CA_BUNDLE: server.authorityFile,
  });
  const lines = output.trim().split("\n");
  return { status: Number(lines.pop()), body: JSON.parse(lines.join("\n")) as Record<string, unknown> };
}

export const registering: Journey[] = [
  {
    name: "pastes a manifest with errors, reads where and how to mend it, and registers it",
    async run({ admin, picture }) {
      await admin.goTo("Add plugin");
      await admin.activate("button", "Paste a manifest");
      await admin.fill("Manifest (hilum.json)", broken, { paste: true });
      await admin.see(/places must be mended/);
      await admin.see(/Did you mean `?send_messages/);
      await admin.see(/line 4/);
      await picture(admin.page, "add-plugin");
      await admin.fill("Manifest (hilum.json)", mended, { paste: true });
      await admin.see("It would be registered as a new plugin, with no rights.");
      await admin.activate("button", "Register");
      await admin.arrive(/Fax gate/);
    },
  },
  {
    name: "registers by the documentation's curl without a token: it waits, is reviewed and approved",
    async run(world) {
      const { admin, picture } = world;
      const answer = await curlOfTheDocumentation(world, "com.example.plugin", "Example Plugin");
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      assert.equal(answer.body["outcome"], "awaiting_approval");
      await admin.goTo("Plugins");
      await admin.arrive("Plugins");
      await admin.activate("button", "Review Example Plugin");
      await admin.see({ role: "dialog", name: "Review Example Plugin" });
      await picture(admin.page, "approve");
      await admin.activate("button", "Approve", { role: "dialog", name: "Review Example Plugin" });
      await admin.arrive("Example Plugin");
      await admin.see("Next: give it code.");
    },
  },
  {
    name: "rejects a registration with a reason",
    async run(world) {
      const { admin } = world;
      const answer = await curlOfTheDocumentation(world, "org.example.unwanted", "Unwanted");
      assert.equal(answer.status, 202);
      await admin.goTo("Plugins");
      await admin.activate("button", "Refresh");
      await admin.activate("button", "Review Unwanted");
      await admin.activate("button", "Reject", { role: "dialog", name: "Review Unwanted" });
      const dialog = { role: "dialog", name: "Reject Unwanted?" } as const;
      await admin.fill("Reason", "Nobody asked for it.", { within: dialog });
      await admin.activate("button", "Reject", dialog);
      await admin.see("Unwanted rejected");
    },
  },
  {
    name: "registers from Python's standard library; the changed manifest waits as a revision and is approved",
    async run({ admin, server }) {
      const program = join(repository, "examples/register/register.py");
      const { output } = await runProgram("python3", [program], {
        SSL_CERT_FILE: server.authorityFile,
        HILUM_URL: server.url.origin,
      });
      assert.match(output, /awaiting_approval/);
      await admin.goTo("Plugins");
      await admin.activate("button", "Review Example Plugin");
      await admin.see({ role: "dialog", name: "Review the change of Example Plugin" });
      await admin.see("What would change");
      await admin.activate("button", "Approve");
      await admin.arrive("Example Plugin");
      await admin.see("store_records");
    },
  },
  {
    name: "registers by the SDK's register() in Node: the same manifest changes nothing",
    async run({ server }) {
      const program = join(repository, "examples/register/register.ts");
      const { output } = await runProgram(process.execPath, [program], {
        NODE_EXTRA_CA_CERTS: server.authorityFile,
        HILUM_URL: server.url.origin,
      });
      assert.match(output, /unchanged/);
    },
  },
  {
    name: "links a folder, and enables its plugin in the sandbox",
    async run({ admin }) {
      await admin.goTo("Add plugin");
      await admin.activate("button", "Link a folder");
      await admin.fill("Folder", join(repository, "examples/hello-sender"), { paste: true });
      await admin.activate("button", "Link the folder");
      await admin.arrive("Hello sender");
      await admin.activate("button", "Enable");
      await admin.see("Hello sender is enabled", 60_000);
      await admin.see("Isolated");
    },
  },
];
