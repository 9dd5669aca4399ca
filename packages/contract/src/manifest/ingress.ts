import { phiClassOf } from "../capabilities/capabilities.ts";
import {
  described,
  flag,
  list,
  number,
  object,
  oneOf,
  text,
  variants,
  type Report,
  type Shape,
} from "../json/shape.ts";
import type { ConfigProperty, Hook, Manifest } from "./manifest.ts";
import { token } from "./token.ts";

/** What a hook that does not say otherwise has. */
export const hookDefaults = { replaySeconds: 300, bytesMax: 65_536 } as const;
/** Largest body that any hook takes, in bytes. */
export const hookBytesMax = 262_144;

const setting = (what: string): Shape => text({ max: 64, what });
const encoding = described("How the signature is written.", oneOf(["hex", "base64"]));
const header = (what: string): Shape =>
  described(
    what,
    text({ max: 60, form: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, what: "the name of a header in lower case" }),
  );
const secret = described(
  "Secret setting that the signature is made with. The host holds it: the plugin never gets it.",
  setting("the name of a secret setting"),
);

const scheme = (name: string, members: Readonly<Record<string, Shape>>, optional: readonly string[] = []): Shape =>
  object(
    { scheme: oneOf([name]), ...members },
    { required: ["scheme", ...Object.keys(members).filter((member) => !optional.includes(member))] },
  );

const signature = described(
  "How the host knows that a request is from whom it should be. There is no way to have none.",
  variants("scheme", {
    hmac: scheme(
      "hmac",
      {
        algorithm: oneOf(["sha256", "sha512", "sha1"]),
        header: header("Header that carries the signature."),
        encoding,
        prefix: described(
          "What stands before the signature in its header: `sha256=`.",
          text({ max: 20, form: /^[\x21-\x7e][\x20-\x7e]*$/, what: "a prefix of printable characters" }),
        ),
        secret,
        signed: described(
          "What is signed: the body, or the timestamp, a full stop and the body.",
          oneOf(["body", "timestamp.body"]),
        ),
        timestampHeader: header("Header with the seconds since 1970 that are signed."),
      },
      ["prefix", "timestampHeader"],
    ),
    "standard-webhooks": scheme("standard-webhooks", { secret }),
    twilio: scheme("twilio", { secret }),
    ed25519: scheme("ed25519", {
      header: header("Header that carries the signature."),
      timestampHeader: header("Header with the seconds since 1970, signed before the body."),
      publicKey: described(
        "Setting with the sender's public key: 32 bytes as hex or base64, or SPKI as base64 or PEM.",
        setting("the name of a setting"),
      ),
      encoding,
    }),
  }),
);

const hook = object(
  {
    id: described("Last part of its address: `/hooks/{plugin}/{instance}/{id}`.", token("the id of a hook")),
    title: text({ max: 120 }),
    methods: described("Default: POST.", list(oneOf(["POST"]), { min: 1, max: 1 })),
    signature,
    replaySeconds: described(
      "Seconds that a request may be old, and in which the same one is not taken again. Default 300.",
      number({ min: 30, max: 3600, integer: true }),
    ),
    bytesMax: described("Bytes of a body. Default 65,536.", number({ min: 1, max: hookBytesMax, integer: true })),
    phi: described("Whether patient data may come in by it. Default: as the plugin's PHI class says.", flag),
    sample: described(
      "Body of a test delivery, as a request of the vendor would have it.",
      object(
        {
          contentType: text({
            max: 100,
            form: /^[a-z]+\/[a-z0-9.+-]+$/,
            what: "a content type such as application/json",
          }),
          text: text({ min: 0, max: 16_384, multiline: true }),
        },
        { required: ["contentType", "text"] },
      ),
    ),
  },
  { required: ["id", "title", "signature"] },
);

export const ingressShape: Shape = object(
  { http: described("Webhooks.", list(hook, { min: 1, max: 20, unique: ["id"] })) },
  { notServed: ["mllp"] },
);

/** The hooks that a manifest declares. */
export const hooksOf = (manifest: Pick<Manifest, "ingress">): readonly Hook[] => manifest.ingress?.http ?? [];

/** Secret settings that the host holds because a hook's signature is made with them. */
export function hookSecrets(manifest: Pick<Manifest, "ingress">): string[] {
  const names = hooksOf(manifest).flatMap(({ signature: by }) => (by.scheme === "ed25519" ? [] : [by.secret]));
  return [...new Set(names)];
}

/** What the shape cannot say: settings that must exist and be of the right kind, and headers that belong to HTTP. */
export function checkIngress(manifest: Manifest, report: Report): void {
  for (const [index, declared] of hooksOf(manifest).entries())
    checkHook(manifest, declared, `/ingress/http/${index}`, report);
}

/** Headers that cannot carry a signature: HTTP itself needs them, or a proxy changes them. */
const ownHeaders = new Set([
  ...[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
  ],
  ...["keep-alive", "origin", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via"],
]);

function checkHook(manifest: Manifest, { signature: by, phi }: Hook, pointer: string, report: Report): void {
  const here = `${pointer}/signature`;
  if (by.scheme === "ed25519") checkSetting(manifest, by.publicKey, false, `${here}/publicKey`, report);
  else checkSetting(manifest, by.secret, true, `${here}/secret`, report);
  if (by.scheme === "hmac" || by.scheme === "ed25519") checkHeaders(by, here, report);
  if (by.scheme === "hmac") checkTimestamp(by, here, report);
  if (phi === true && phiClassOf(manifest) === "none")
    report(
      `${pointer}/phi`,
      "the plugin says that no patient data reaches it",
      "Correct `classification`, or remove it.",
    );
}

function checkSetting(manifest: Manifest, name: string, isSecret: boolean, pointer: string, report: Report): void {
  const properties = manifest.config?.properties ?? {};
  const declared: ConfigProperty | undefined = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (declared === undefined)
    report(
      pointer,
      `names the setting \`${name}\`, which config does not declare`,
      "Declare it in /config/properties.",
    );
  else if (declared.type !== "string" || (declared.secret === true) !== isSecret)
    report(
      pointer,
      isSecret ? `the setting \`${name}\` is not a secret` : `the setting \`${name}\` is not a text that can be read`,
      isSecret
        ? "Give it the type string and `secret: true`."
        : "Give it the type string, and do not make it a secret.",
    );
}

function checkHeaders(
  { header: name, timestampHeader }: { header: string; timestampHeader?: string },
  pointer: string,
  report: Report,
): void {
  const fix = "Name the header that the vendor sends, such as x-signature.";
  for (const [member, value] of Object.entries({ header: name, timestampHeader }))
    if (value !== undefined && ownHeaders.has(value))
      report(`${pointer}/${member}`, `the header \`${value}\` belongs to HTTP itself`, fix);
  if (name === timestampHeader)
    report(`${pointer}/timestampHeader`, "is the header of the signature", "Name the header with the timestamp.");
}

/** A timestamp that is not signed could be written anew by whoever replays the request. */
function checkTimestamp(
  { signed, timestampHeader }: { signed: string; timestampHeader?: string },
  pointer: string,
  report: Report,
): void {
  if ((signed === "timestamp.body") === (timestampHeader !== undefined)) return;
  report(
    `${pointer}/timestampHeader`,
    signed === "body" ? "a timestamp that is not signed proves nothing" : "`timestampHeader` is missing",
    signed === "body" ? "Remove it, or sign `timestamp.body`." : "Name the header with the timestamp.",
  );
}
