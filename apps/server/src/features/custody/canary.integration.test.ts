import { createTempDir } from "@hilum/testkit";
import { expect, it } from "vitest";
import { disguises, filesBelow } from "../../../test-support/canary.ts";
import {
  phi,
  phiWords,
  putConsent,
  putDocument,
  putObservation,
  putPatient,
} from "../../../test-support/patient-records.ts";
import { startServerProcess } from "../../../test-support/server-process.ts";
import { password } from "../../../test-support/test-server.ts";

/** Words of a person that may speak of a patient. */
const reason = "Zebulon fell ill at night, canary reason";
const recipient = "Canary Court of Quillfeather County";

it(
  "threat 68, 192: leaves no record, reason or recipient on the disk, in a log, a metric, an address, a list or an audit entry",
  { timeout: 120_000 },
  async () => {
    using folder = createTempDir("canary");
    const server = await startServerProcess({ folder: folder.path });
    const ana = server.client();
    await ana.ok("createFirstAdministrator", {
      body: { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password },
    });
    const { code } = await ana.ok("inviteUser", { body: { username: "cleo", displayName: "Cleo", role: "auditor" } });
    const cleo = server.client();
    await cleo.ok("acceptInvitation", { body: { code, password } });
    await putPatient(ana, "p1");
    await putObservation(ana, "o1", "p1");
    await putDocument(ana, "d1", "p1");
    await putConsent(ana, "c1", "p1", { type: "permit" });
    const patient = { patient: "p1" };
    const { id: glass } = await ana.ok("openGlass", {
      body: {
        target: patient,
        purpose: "TREAT",
        reason,
        fields: ["identity", "contact", "clinical", "documents"],
        minutes: 5,
      },
    });
    expect((await ana.call("readUnderGlass", { params: { glass, type: "Observation", id: "o1" } })).text).toContain(
      phi.note,
    );
    const place = { glass, type: "DocumentReference", id: "d1", place: "0" };
    expect((await ana.call("readAttachmentUnderGlass", { params: place })).text).toBe(phi.file);
    await ana.ok("attachFromRecord", { params: place });
    const lists = [
      await ana.call("browseRecords", { body: { type: "Patient", name: phi.family } }),
      await ana.call("getPatientOverview", { params: patient }),
      await ana.call("listGlasses"),
      await ana.call("readUnderGlass", { params: { glass, type: "Patient", id: "nobody" } }),
    ];
    await ana.ok("closeGlass", { params: { glass } });
    await cleo.ok("reviewGlass", { params: { glass }, body: { verdict: "ask", reason } });
    await ana.ok("setHold", { body: { target: patient, reason } });
    const asked = await ana.ok("requestExport", { body: { ...patient, recipient, purpose: "PATRQT", reason } });
    await cleo.ok("approveExport", { params: { export: asked.id } });
    expect((await ana.call("downloadExport", { params: { export: asked.id } })).bytes.includes(phi.note)).toBe(true);
    const refused = await ana.send("POST", "/api/v1/glasses", { body: { target: patient, reason, purpose: phi.note } });
    const formats = ["jsonl", "csv", "fhir"] as const;
    const audits = await Promise.all(formats.map((format) => ana.call("exportAudit", { query: { format } })));
    const metrics = await ana.call("getMetrics");
    await server.end("SIGTERM");

    const places: [string, Buffer][] = [
      ["stdout", Buffer.from(server.stdout())],
      ["stderr", Buffer.from(server.stderr())],
      ["/metrics", metrics.bytes],
      ["a refusal", refused.bytes],
      ...lists.map(({ bytes }, at): [string, Buffer] => [`list ${at}`, bytes]),
      ...audits.map(({ bytes }, at): [string, Buffer] => [`audit export ${formats[at]}`, bytes]),
      ...filesBelow(folder.path),
    ];
    expect(places.length).toBeGreaterThan(20);
    for (const [name, bytes] of places)
      for (const text of [...phiWords, reason, recipient])
        for (const disguise of disguises(text)) expect(bytes.includes(disguise), `${name} holds ${text}`).toBe(false);
  },
);
