import assert from "node:assert/strict";
import { join } from "node:path";
import { definePlugin, serveRemote, type RemoteState } from "@hilum/sdk";
import type { Journey } from "./journey.ts";

const manifest = {
  id: "org.example.remote-lab",
  name: "Remote lab",
  capabilities: ["send_messages"],
  runtime: { kind: "remote" },
};

export const remote: Journey[] = [
  {
    name: "gives a plugin that runs elsewhere an enrolment code; it connects, and a revocation ends it at once",
    async run({ admin, folder, picture }) {
      await admin.goTo("Add plugin");
      await admin.activate("button", "Paste a manifest");
      await admin.fill("Manifest (hilum.json)", JSON.stringify(manifest, undefined, 2), { paste: true });
      await admin.see("It would be registered as a new plugin, with no rights.");
      await admin.activate("button", "Register");
      await admin.arrive(/Remote lab/);
      await admin.open(`/plugins/${manifest.id}`);
      await admin.see("Not sandboxed: it runs on another machine and would get patient data.");
      await admin.activate("button", "Enable anyway");
      const anyway = { role: "dialog", name: "Enable Remote lab although a check fails?" } as const;
      await admin.fill("Reason", "Runs in our own data centre", { within: anyway });
      await admin.activate("button", "Enable anyway", anyway);
      await admin.see("Remote lab is enabled");

      await admin.activate("link", "Access");
      await admin.arrive("Access of Remote lab");
      await admin.activate("button", "Make an enrolment code");
      const dialog = await admin.see({ role: "dialog", name: "Enrolment code" });
      const enrolmentCode = (await dialog.locator("pre").textContent()) ?? "";
      await admin.activate("button", "Done");

      const states: RemoteState["state"][] = [];
      const plugin = definePlugin({ sendMessages: () => Promise.resolve({ providerId: "remote-1" }) });
      const served = serveRemote(plugin, {
        linkFile: join(folder, "link.json"),
        enrolmentCode,
        onState: ({ state }) => states.push(state),
        pauseMsMax: 200,
      });
      const ended = served.then(
        () => "resolved",
        (error: unknown) => (error instanceof Error ? error.name : "unknown"),
      );
      await admin.see(/^Connected$/, 30_000);
      assert.ok(states.includes("connected"));
      await picture(admin.page, "remote");
      await admin.activate("button", /^Revoke the link made /);
      await admin.see("Revoked at once");
      assert.equal(await ended, "LinkRevokedError");
    },
  },
];
