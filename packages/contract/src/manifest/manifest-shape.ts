import { described, flag, list, number, object, oneOf, text, type Shape } from "../json/shape.ts";
import { configSchemaShape } from "./config-profile.ts";
import { destinationShape } from "./destination-shape.ts";
import { ingressShape } from "./ingress.ts";
import { capabilityNames, fieldsNotServed } from "./manifest.ts";
import { migrationsShape } from "./migrations-shape.ts";
import { pluginPagesShape } from "./plugin-pages.ts";
import { setupShape } from "./setup-shape.ts";
import { storageShape } from "./storage-shape.ts";
import { token } from "./token.ts";

const versionRange = text({ max: 60, form: /^[0-9A-Za-z.^~<>=| *+-]+$/, what: "a version range" });
const pluginId = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** `hilum.json`: one shape for the parser, the published JSON Schema and the reference page. */
export const manifestShape: Shape = object(
  {
    id: described(
      "Reverse-DNS id of a domain that the publisher owns, in lower-case ASCII: `com.example.mail`.",
      text({ max: 128 }),
    ),
    name: described("What people call the plugin.", text({ max: 80 })),
    capabilities: described(
      "What the plugin provides.",
      list(oneOf(capabilityNames), { min: 1, max: capabilityNames.length, unique: [] }),
    ),
    version: described(
      "Semantic version. Without one the plugin is known by its digest.",
      text({
        max: 64,
        form: /^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/,
        what: "a semantic version such as 1.2.3",
      }),
    ),
    description: described("What it does, in a sentence or two.", text({ max: 2000, multiline: true })),
    publisher: described("Who publishes it.", text({ max: 120 })),
    license: described(
      "SPDX expression.",
      text({ max: 120, form: /^[A-Za-z0-9.+ ()-]+$/, what: "an SPDX licence expression" }),
    ),
    homepage: described("An https address.", text({ max: 500 })),
    icon: described(
      "Path of an SVG or PNG file inside the plugin's folder.",
      text({ max: 200, what: "the path of a .svg or .png file" }),
    ),
    runtime: described(
      "How the code runs. Without it the plugin waits for code.",
      object(
        {
          kind: oneOf(["node", "python", "executable", "remote"]),
          entry: described(
            "Path of the program inside the plugin's folder.",
            text({ max: 200, what: "the path of a file" }),
          ),
        },
        { required: ["kind"] },
      ),
    ),
    scopes: described(
      "What the plugin asks of the platform; an operator decides on each.",
      list(
        object(
          {
            scope: text({ max: 500, what: "a scope" }),
            reason: described("Why, in the operator's words.", text({ min: 3, max: 500 })),
          },
          { required: ["scope", "reason"] },
        ),
        { max: 50, unique: ["scope"] },
      ),
    ),
    destinations: described(
      "HTTPS endpoints that the plugin may ask the host to call (`http.fetch`).",
      list(destinationShape, { max: 20, unique: ["id"] }),
    ),
    classification: described(
      "Whether patient data reaches the plugin, passes through it or is kept by it.",
      object({ phi: oneOf(["none", "transit", "store"]) }, { required: ["phi"] }),
    ),
    config: described("Its settings, in a profile of JSON Schema 2020-12.", configSchemaShape),
    setup: described("The setup wizard.", setupShape),
    health: object(
      { intervalSeconds: described("Seconds between health checks.", number({ min: 10, max: 86_400, integer: true })) },
      { required: ["intervalSeconds"] },
    ),
    smokeTests: described(
      "Small real checks that the platform runs, keeps and shows.",
      list(
        object(
          {
            id: token("the id of a smoke test"),
            title: text({ max: 120 }),
            live: described(
              "True when it really sends: it then asks for a recipient and never runs on schedule.",
              flag,
            ),
          },
          { required: ["id", "title"] },
        ),
        { max: 20, unique: ["id"] },
      ),
    ),
    ingress: described("Entrances through which systems outside reach the plugin.", ingressShape),
    storage: described("How people look at what the plugin keeps.", storageShape),
    ui: pluginPagesShape,
    requires: object({
      hilum: described("Range of versions of Hilum, such as `>=0.1.0`.", versionRange),
      plugins: described(
        "Other plugins that must be there, and in which versions.",
        list(
          object(
            { id: text({ max: 128, form: pluginId, what: "the id of a plugin" }), version: versionRange },
            { required: ["id", "version"] },
          ),
          { min: 1, max: 20, unique: ["id"] },
        ),
      ),
    }),
    resources: described(
      "What the plugin needs at most.",
      object({
        memoryMb: number({ min: 16, max: 4096, integer: true }),
        cpu: described("Share of processors.", number({ min: 0.05, max: 16 })),
        pids: described("Processes and threads.", number({ min: 8, max: 1024, integer: true })),
        concurrency: described("Calls at once.", number({ min: 1, max: 1024, integer: true })),
      }),
    ),
    migrations: described("How saved settings follow the plugin from one version to the next.", migrationsShape),
  },
  { required: ["id", "name", "capabilities"], notServed: fieldsNotServed },
);

/** JSON Schema 2020-12 of `hilum.json`, for editors. The parser asks for more than a schema can say. */
export function manifestJsonSchema(): Record<string, unknown> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Hilum plugin manifest",
    ...manifestShape.schema,
  };
}
