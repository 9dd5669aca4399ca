/** Search over a catalogue of 10,000 plugins, as the page of the marketplace asks for it. */
import { join } from "node:path";
import { createFileKeyProvider, openStore, type ListingRow } from "@hilum/store";
import { createTempDir } from "@hilum/testkit";
import { percentile, type Row } from "./row.ts";
import { createClient, type Client } from "./server-client.ts";
import { prepareServer, startServer } from "./server-process.ts";

const plugins = 10_000;
const searches = 400;
const source = "bench";
const words = ["Lab", "Fax", "Letters", "Imaging", "Pharmacy", "Appointments", "Archive", "Monitor", "Triage", "Ward"];
const makers = ["North", "South", "Harbour", "Meadow", "River", "Summit", "Willow", "Granite", "Linden", "Copper"];
const licenses = ["MIT", "Apache-2.0", "BSD-3-Clause", "MPL-2.0"];
const capabilities = ["send_messages", "receive_messages", "store_records", "run_jobs"] as const;

/** Each kind of question that a person asks: nothing, a word, a mistyped word, two words, filters, a later page, another order. */
const queries = [
  "",
  "q=fax",
  "q=fxa",
  "q=harbour+lab",
  "q=pharm",
  "capability=send_messages&license=MIT",
  "q=archive&phi=store&sort=newest",
  "publisher=com.summit&sort=quality",
  "cursor=300&limit=30",
];

export async function measureMarketplace(options: { compileCache: string }): Promise<Row[]> {
  using dir = createTempDir("bench-marketplace");
  const started = { ...options, dir: dir.path };
  const { server, client } = await prepareServer(started);
  client.close();
  await server.stop();
  await fillCatalogue(dir.path);
  const living = await startServer(started);
  const person = createClient(living.url, living.ca);
  try {
    await person.expect(200, "POST", "/api/v1/sessions", { username: "bench", password: "a long password of nobody" });
    const first = await time(person, "");
    for (const query of queries) await time(person, query);
    const times: number[] = [];
    for (let index = 0; index < searches; index += 1)
      times.push(await time(person, queries[index % queries.length] ?? ""));
    const figure = `search of the marketplace over ${plugins.toLocaleString("en")} plugins`;
    return [
      { figure: `${figure}, p50`, value: percentile(times, 0.5), unit: "ms", budget: "< 50" },
      { figure: `${figure}, p99`, value: percentile(times, 0.99), unit: "ms" },
      { figure: `${figure}, the first since the start`, value: first, unit: "ms" },
    ];
  } finally {
    person.close();
    await living.stop();
  }
}

async function time(client: Client, query: string): Promise<number> {
  const beganMs = performance.now();
  const { total } = await client.expect<{ total: number }>(200, "GET", `/api/v1/marketplace/listings?${query}`);
  const tookMs = performance.now() - beganMs;
  if (query === "" && total !== plugins) throw new Error(`${total} plugins were found of ${plugins}`);
  return tookMs;
}

/** As a source that was read leaves it; one that offers so many would take minutes to sign. */
async function fillCatalogue(dir: string): Promise<void> {
  const store = await openStore({
    url: `sqlite:${join(dir, "hilum-data/hilum.db")}`,
    keyProvider: createFileKeyProvider(join(dir, "hilum-data.key")),
    blobDir: join(dir, "hilum-data/blobs"),
  });
  try {
    const at = new Date().toISOString();
    await store.marketplace.put({
      ...{ kind: "source", id: source, subject: "", state: "organisation", rowVersion: 0 },
      document: {
        ...{ title: "Bench", kind: "organisation", place: { kind: "folder", path: "/absent" }, precedence: 1 },
        ...{ policy: { coolingOffDays: 0, whenRevoked: "stop", publishers: [] }, root: "", publishers: [] },
        ...{ addedAt: at, addedBy: "bench", refreshedAt: at },
      },
    });
    await store.listings.replace(
      source,
      Array.from({ length: plugins }, (_, index) => listing(index)),
    );
  } finally {
    await store.close();
  }
}

function listing(index: number): ListingRow {
  const word = words[index % words.length] ?? "";
  const maker = makers[Math.floor(index / words.length) % makers.length] ?? "";
  const publisher = `com.${maker.toLowerCase()}`;
  const plugin = `${publisher}.${word.toLowerCase()}-${index}`;
  const version = `1.${index % 7}.0`;
  const digest = index.toString(16).padStart(64, "0");
  const license = licenses[index % licenses.length] ?? "";
  const manifest = {
    ...{ id: plugin, version, name: `${maker} ${word} ${index}`, license },
    description: `${word} for practices and wards, by ${maker}. Made up, number ${index}.`,
    capabilities: [capabilities[index % capabilities.length]],
    scopes: [{ scope: `net:https://api-${index}.example.com:443`, reason: "Hands messages over." }],
  };
  const day = String(1 + (index % 28)).padStart(2, "0");
  return {
    ...{ source, plugin, version, digest },
    document: {
      ...{ manifest, publisher, bytes: 100_000 + index, path: `${publisher}/${plugin}-${version}.hilum` },
      ...{ publishedAt: `2026-0${1 + (index % 9)}-${day}T08:00:00.000Z`, changelog: `${version}: it works.` },
      ...{ security: index % 50 === 0, screenshots: [], advisories: [], listing: digest },
      sbom: { components: index % 20, licenses: [{ license: "MIT", count: index % 20 }] },
    },
  };
}
