import { createTempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { disguises, filesBelow } from "../test-support/canary.ts";
import { behave, someEmail, turnOnPractice, waitForState, waitUntil } from "../test-support/practice.ts";
import { startServerProcess } from "../test-support/server-process.ts";
import { password } from "../test-support/test-server.ts";

/** Synthetic, and found nowhere else. */
const phi = [
  "canary.person@example.org",
  "Zebedee Quillfeather",
  "haemoglobin 4711 canary",
  "MRN-CANARY-0815",
  "canary-file-content",
];

describe("patient data", () => {
  it(
    "threat 77, 192: is in no log line, file, metric, problem, address or audit entry after it went everywhere a message can go",
    { timeout: 120_000 },
    async () => {
      using folder = createTempDir("canary");
      const server = await startServerProcess({ folder: folder.path });
      const ana = server.client();
      await ana.ok("createFirstAdministrator", {
        body: { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password },
      });
      await turnOnPractice(ana);
      const body = someEmail({ to: phi[0] ?? "", subject: phi[1] ?? "", text: `${phi[2]} ${phi[3]}` });
      const { id: sent } = await ana.ok("sendMessage", { body, headers: { "idempotency-key": "key-without-phi" } });
      await waitForState(ana, sent, "sent");
      const upload = await ana.send("POST", "/api/v1/attachments", {
        body: Buffer.from(`${phi[4]} `.repeat(2000)),
        headers: { "content-type": "text/plain" },
      });
      expect(upload.status).toBe(201);
      await behave(ana, "refuse");
      const { id: dead } = await ana.ok("sendMessage", { body });
      await waitForState(ana, dead, "dead");

      const refusals = await Promise.all([
        ana.send("POST", "/api/v1/messages", { body: { ...body, [phi[3] ?? ""]: phi[1] } }),
        ana.send("POST", "/api/v1/messages", { body: `{"resourceType":"Communication","note":"${phi[2]}",}` }),
        ana.send("POST", "/api/v1/messages", { body: { ...body, status: phi[2] } }),
        ana.send("POST", "/api/v1/sessions", { body: { username: phi[0], password: phi[2] } }),
        ana.send("GET", `/api/v1/messages/${encodeURIComponent(phi[3] ?? "")}`),
      ]);
      const metrics = await ana.call("getMetrics");
      const list = await ana.call("listMessages");
      const audit = await ana.call("exportAudit", { query: { format: "jsonl" } });
      const csv = await ana.call("exportAudit", { query: { format: "csv" } });
      expect(audit.text).toContain("sendMessage");
      await waitUntil(
        "the index",
        () => ana.ok("searchAudit", { query: { limit: 200 } }),
        ({ items }) => items.length > 10,
      );
      await server.end("SIGTERM");

      const places: [string, Buffer][] = [
        ["stdout", Buffer.from(server.stdout())],
        ["stderr", Buffer.from(server.stderr())],
        ["/metrics", metrics.bytes],
        ["the outbox list", list.bytes],
        ["the audit export", audit.bytes],
        ["the audit export as CSV", csv.bytes],
        ...refusals.map((answer, at): [string, Buffer] => [`refusal ${at} (${answer.status})`, answer.bytes]),
        ...filesBelow(folder.path),
      ];
      expect(places.length).toBeGreaterThan(20);
      for (const [place, bytes] of places)
        for (const text of phi)
          for (const disguise of disguises(text))
            expect(bytes.includes(disguise), `${place} holds ${text}`).toBe(false);
    },
  );
});
