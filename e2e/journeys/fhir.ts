import assert from "node:assert/strict";
import type { Person } from "../keyboard/person.ts";
import { runProgram } from "../world/programs.ts";
import type { Journey } from "./journey.ts";

const ward = { resourceType: "Organization", id: "ward-7", name: "Ward 7" };
const letter = { name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("A letter that nobody wrote") };

/** Opens an operation in the API explorer. */
async function explore(person: Person, operation: string): Promise<void> {
  await person.open(`/dev/api?operation=${operation}`);
  await person.see({ role: "button", name: /^Send / });
}

/** Sends what was filled in and answers what came back. */
async function send(person: Person, method: string, operation: string): Promise<string> {
  await person.activate("button", `Send ${method}`);
  const answer = await person.see({ role: "region", name: `Answer of ${operation}` });
  return (await answer.textContent()) ?? "";
}

export const fhir: Journey[] = [
  {
    name: "records: looks at what the FHIR API serves, stores a record, changes it and deletes it in the API explorer",
    async run({ admin, picture }) {
      await explore(admin, "getCapabilityStatement");
      assert.match(await send(admin, "GET", "getCapabilityStatement"), /"fhirVersion": "4.0.1"/);
      await explore(admin, "createRecord");
      await admin.fill("type", "Organization");
      const { id: _id, ...unnamed } = ward;
      await admin.fill("Body", JSON.stringify({ ...unnamed, name: 7 }));
      await admin.activate("button", "Send POST");
      await admin.see("The record is not valid");
      await admin.fill("Body", JSON.stringify(unnamed));
      assert.match(await send(admin, "POST", "createRecord"), /"versionId": "1"/);
      await picture(admin.page, "dev-api-fhir");
      await explore(admin, "updateRecord");
      await admin.fill("type", "Organization");
      await admin.fill("id", ward.id);
      await admin.fill("Body", JSON.stringify(ward));
      assert.match(await send(admin, "PUT", "updateRecord"), /"id": "ward-7"/);
      await explore(admin, "sendBundle");
      const entry = [{ resource: { ...ward, name: "Ward 8" }, request: { method: "PUT", url: "Organization/ward-7" } }];
      await admin.fill("Body", JSON.stringify({ resourceType: "Bundle", type: "transaction", entry }));
      assert.match(await send(admin, "POST", "sendBundle"), /"transaction-response"/);
      await explore(admin, "deleteRecord");
      await admin.fill("type", "Organization");
      await admin.fill("id", ward.id);
      await admin.activate("button", "Send DELETE");
      await admin.see("204");
    },
  },
  {
    name: "records: stores a file and replaces it in the API explorer",
    async run({ admin }) {
      await explore(admin, "createBinary");
      await admin.attach({ role: "button", name: "File" }, letter);
      const made = await send(admin, "POST", "createBinary");
      const id = /"id": "([^"]+)"/.exec(made)?.[1] ?? "";
      assert.notEqual(id, "");
      await explore(admin, "updateBinary");
      await admin.fill("id", id);
      await admin.attach({ role: "button", name: "File" }, letter);
      assert.match(await send(admin, "PUT", "updateBinary"), /"versionId": "2"/);
    },
  },
  {
    name: "records: makes a token that reaches organizations alone, told in words what its scopes mean",
    async run({ admin, server }) {
      await admin.open("/users/tokens");
      await admin.activate("button", "Make a token");
      const dialog = { role: "dialog", name: "Make a token" } as const;
      await admin.fill("Name", "Directory", { within: dialog });
      await admin.fill(/^Records it reaches/, "system/Organisation.rs", { within: dialog });
      await admin.see(/Did you mean `system\/Organization.rs`/);
      await admin.fill(/^Records it reaches/, "system/Organization.rs", { within: dialog });
      await admin.see(/Read and search and list organizations of the whole clinic/);
      await admin.activate("button", "Make the token", dialog);
      const made = await admin.see({ role: "dialog", name: "The new token" });
      const token = (await made.locator("pre").textContent()) ?? "";
      await admin.activate("button", "Done");
      await admin.see("system/Organization.rs");
      const ask = async (type: string): Promise<string> => {
        const { output } = await runProgram(
          "curl",
          [
            ...["-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Authorization: Bearer ${token}`],
            `${server.url.origin}/fhir/R4/${type}?_summary=count`,
          ],
          { CURL_CA_BUNDLE: server.authorityFile },
        );
        return output;
      };
      assert.deepEqual([await ask("Organization"), await ask("Patient")], ["200", "403"]);
    },
  },
];
