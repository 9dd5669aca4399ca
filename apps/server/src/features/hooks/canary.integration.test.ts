import { createTempDir, requires } from "@hilum/testkit";
import { expect, it } from "vitest";
import { disguises, filesBelow } from "../../../test-support/canary.ts";
import {
  createHookFolder,
  hookPlugin,
  hookSecret,
  postTo,
  signAsVendor,
  turnOnHooks,
} from "../../../test-support/hook-plugin.ts";
import { waitUntil } from "../../../test-support/practice.ts";
import { startServerProcess } from "../../../test-support/server-process.ts";
import { password } from "../../../test-support/test-server.ts";

/** Synthetic, and found nowhere else. */
const phi = ["canary.person@example.org", "Zebedee Quillfeather", "haemoglobin 4711 canary", "MRN-CANARY-0815"];
const [person = "", name = "", finding = "", number = ""] = phi;

it.skipIf(!requires("bubblewrap").available)(
  "threat 77, 192: patient data of a webhook, and its secret, are in no log line, file, metric, problem, list or audit entry",
  { timeout: 120_000 },
  async () => {
    using folder = createTempDir("hook-canary");
    using plugin = createHookFolder();
    const server = await startServerProcess({ folder: folder.path });
    const ana = server.client();
    await ana.ok("createFirstAdministrator", {
      body: { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password },
    });
    await turnOnHooks(ana, plugin);
    const vendor = server.client();
    const body = `${person} ${name} ${finding}`;
    const sent = { contentType: "text/plain", headers: { "x-patient": number } };
    const taken = await postTo(vendor, signAsVendor(server.origin, "push", { ...sent, body }));
    expect(taken.status).toBe(200);
    const form = signAsVendor(server.origin, "status", {
      contentType: "application/x-www-form-urlencoded",
      body: new URLSearchParams({ Body: body }).toString(),
    });
    expect((await postTo(vendor, form)).status).toBe(200);
    const refused = await Promise.all([
      postTo(vendor, signAsVendor(server.origin, "push", { ...sent, body, key: "wrong" })),
      postTo(vendor, signAsVendor(server.origin, "push", { ...sent, body, atMs: 0 + Date.now() - 400_000 })),
      postTo(vendor, signAsVendor(server.origin, "push", { ...sent, body: `do:fail ${body}` })),
      postTo(vendor, signAsVendor(server.origin, "push", { ...sent, body: `do:crash ${body}` })),
      vendor.send("POST", `${form.target}?who=${encodeURIComponent(number)}`, {
        body,
        headers: { "x-twilio-signature": name },
      }),
      vendor.send(
        "POST",
        `/hooks/com.example.absent/default/${encodeURIComponent(number)}?who=${encodeURIComponent(person)}`,
        { body },
      ),
    ]);
    expect(refused.map(({ status }) => status).toSorted()).toEqual([401, 401, 401, 404, 502, 502]);
    await waitUntil(
      "the plugin",
      () => ana.ok("getPlugin", { params: hookPlugin }),
      ({ instances }) => instances[0]?.running === true,
    );
    const list = await ana.call("listHookDeliveries", { params: hookPlugin });
    const hooks = await ana.call("listHooks", { params: hookPlugin });
    // The one place where it may be read, and the reading is written down.
    const { items } = await ana.ok("listHookDeliveries", { params: hookPlugin });
    const read = await ana.call("getHookDelivery", { params: { ...hookPlugin, delivery: items.at(-1)?.id ?? "" } });
    expect(read.text).toContain(person);
    const metrics = await ana.call("getMetrics");
    const audit = await ana.call("exportAudit", { query: { format: "jsonl" } });
    const logs = await ana.call("listPluginLogs", { params: hookPlugin });
    expect(audit.text).toContain("receiveHook");
    await server.end("SIGTERM");

    const places: [string, Buffer][] = [
      ["stdout", Buffer.from(server.stdout())],
      ["stderr", Buffer.from(server.stderr())],
      ["/metrics", metrics.bytes],
      ["the list of deliveries", list.bytes],
      ["the list of hooks", hooks.bytes],
      ["the audit export", audit.bytes],
      ["the plugin's log", logs.bytes],
      ...refused.map((answer, at): [string, Buffer] => [`refusal ${at} (${answer.status})`, answer.bytes]),
      ...filesBelow(folder.path),
    ];
    expect(places.length).toBeGreaterThan(15);
    for (const [place, bytes] of places)
      for (const text of [...phi, hookSecret])
        for (const disguise of disguises(text)) expect(bytes.includes(disguise), `${place} holds ${text}`).toBe(false);
  },
);
