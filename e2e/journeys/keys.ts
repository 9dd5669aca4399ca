import type { Journey } from "./journey.ts";

const passphrase = "seven lanterns over a slow river";

export const keys: Journey[] = [
  {
    name: "rotates the data key, stops it, goes on, and destroys the old key once nothing needs it",
    async run({ admin, server, picture }) {
      await admin.open("/settings");
      await admin.activate("link", "Encryption keys");
      await admin.arrive("Encryption keys");
      await admin.see("The data key was never rotated");
      // Another process has the rotation for now, so that there is time to see it and to press Stop.
      server.holdRotation(true);
      await admin.activate("button", "Rotate");
      await admin.activate("button", "Rotate", { role: "dialog", name: "Rotate the data key?" });
      await admin.see("Sealing everything anew, with key 3");
      await picture(admin.page, "keys-rotating");
      await admin.activate("button", "Stop");
      await admin.see({ role: "heading", name: "The rotation was stopped" });
      server.holdRotation(false);
      await admin.activate("button", "Go on");
      await admin.activate("button", "Go on", { role: "dialog", name: "Go on with the rotation?" });
      await admin.see("Everything is sealed with key 3", 30_000);
      await admin.see("nothing any more");
      await admin.activate("button", "Destroy key 1");
      await admin.activate("button", "Destroy", { role: "dialog", name: "Destroy key 1?" });
      await admin.see("The key was destroyed");
      await admin.seeGone({ role: "button", name: "Destroy key 1" });
      await picture(admin.page, "keys");
      await picture(admin.page, "keys-dark", { dark: true });
      await picture(admin.page, "keys-320", { width: 320 });
    },
  },
  {
    name: "puts the keys under a passphrase, starts sealed, and unseals in the browser",
    async run({ admin, server, picture }) {
      const dialog = { role: "dialog", name: "What holds the keys" } as const;
      await admin.open("/settings/keys");
      await admin.activate("button", "Change");
      await admin.fill("Passphrase", passphrase, { within: dialog });
      await admin.fill("The same once more", "seven lanterns", { within: dialog });
      await admin.activate("button", "Wrap the keys anew", dialog);
      await admin.see("The two differ.");
      await admin.fill("The same once more", passphrase, { within: dialog });
      await picture(admin.page, "keys-passphrase");
      await admin.activate("button", "Wrap the keys anew", dialog);
      await admin.see("The keys are wrapped anew");
      await admin.see(/^A key file that a passphrase opens/);

      await server.restart();
      await admin.open("/settings/keys");
      await admin.arrive("Hilum is sealed");
      await admin.fill("Passphrase", "seven lanterns over a fast river");
      await admin.activate("button", "Unseal");
      await admin.see("This passphrase does not open the key file");
      await picture(admin.page, "unseal");
      await admin.fill("Passphrase", passphrase);
      await admin.activate("button", "Unseal");
      await admin.see({ role: "heading", name: "Encryption keys" }, 60_000);
      server.isBack();

      await admin.activate("button", "Change");
      await admin.choose("Keys are held by", "A key file that opens by itself", dialog);
      await admin.activate("button", "Wrap the keys anew", dialog);
      await admin.see(/^A key file that opens by itself/);
    },
  },
  {
    name: "reads why a bucket cannot take attachments, and leaves them in the folder",
    async run({ admin }) {
      const dialog = { role: "dialog", name: "Where attachments go" } as const;
      await admin.open("/settings/keys");
      await admin.activate("button", "Change where attachments go");
      await admin.choose("New attachments go to", "An S3 bucket", dialog);
      await admin.fill("Address", "https://localhost:9", { within: dialog });
      await admin.fill("Region", "eu-central-1", { within: dialog });
      await admin.fill("Bucket", "clinic-attachments", { within: dialog });
      await admin.fill("Access key id", "key", { within: dialog });
      await admin.fill("Secret access key", "secret", { within: dialog });
      await admin.activate("button", "Use this place", dialog);
      await admin.see("The bucket of the attachments does not answer", 30_000);
      await admin.choose("New attachments go to", "The data folder", dialog);
      await admin.activate("button", "Use this place", dialog);
      await admin.see("New attachments go there");
    },
  },
];
