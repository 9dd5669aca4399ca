import { isProviderError, ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "@hilum/sdk";
import type { ArchiveSettings } from "./settings.ts";

type Explanation = { code: ProviderErrorCode } & ProviderErrorOptions;

/** What the library puts on its errors: the service's own code as name, and the HTTP status. */
interface ServiceError {
  name: string;
  status: number | undefined;
}

/** The object is there already, and was not written over (RFC 9110 section 15.5.13; 409 while another one is on its way). */
export const isAlreadyThere = (error: unknown): boolean => {
  const { name, status } = readError(error);
  return name === "PreconditionFailed" || name === "ConditionalRequestConflict" || status === 412;
};

export const isMissing = (error: unknown): boolean => {
  const { name } = readError(error);
  return name === "NoSuchKey" || name === "NotFound";
};

const byName: ReadonlyMap<string, Explanation> = new Map<string, Explanation>([
  [
    "InvalidAccessKeyId",
    {
      code: "provider.bad_credentials",
      field: "/accessKeyId",
      fix: "Correct the access key id: the service knows none like it.",
    },
  ],
  [
    "SignatureDoesNotMatch",
    {
      code: "provider.bad_credentials",
      field: "/secretAccessKey",
      fix: "Enter the secret of this access key once more.",
    },
  ],
  [
    "AccessDenied",
    {
      code: "provider.bad_credentials",
      cause: "configuration",
      field: "/accessKeyId",
      fix: "Give the key's user the rights that Setup names, for this bucket and its objects. An object under lock cannot be deleted by anybody.",
    },
  ],
  [
    "NoSuchBucket",
    {
      code: "provider.refused",
      cause: "configuration",
      field: "/bucket",
      fix: "Correct the bucket's name, or make the bucket.",
    },
  ],
  ...["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"].map(
    (name): [string, Explanation] => [
      name,
      {
        code: "provider.refused",
        cause: "configuration",
        field: "/region",
        fix: "Enter the region in which the bucket is, and its host.",
      },
    ],
  ),
  [
    "RequestTimeTooSkewed",
    {
      code: "provider.refused",
      cause: "configuration",
      fix: "Set the clock of this machine right: the service takes no request that is minutes off.",
    },
  ],
  [
    "SlowDown",
    {
      code: "provider.quota",
      retry: "later",
      fix: "The service takes fewer requests than are made. Hilum slows down.",
    },
  ],
  ["QuotaExceeded", { code: "provider.quota", retry: "later", fix: "The bucket is full. Raise its quota." }],
  ["EntityTooLarge", { code: "record.too_large", fix: "The service takes no object of this size." }],
  [
    "InvalidRequest",
    {
      code: "provider.refused",
      cause: "configuration",
      field: "/lock",
      fix: "The bucket does not take this protection. A lock needs a bucket that was made with Object Lock.",
    },
  ],
  [
    "ObjectLockConfigurationNotFoundError",
    {
      code: "provider.refused",
      cause: "configuration",
      field: "/lock",
      fix: "Make the bucket with Object Lock, or choose no lock.",
    },
  ],
  [
    "NotImplemented",
    {
      code: "provider.refused",
      cause: "configuration",
      fix: "The service does not do this. Choose other settings under Protection, or another service.",
    },
  ],
  ...["KMS.NotFoundException", "KMS.DisabledException", "KMS.KMSInvalidStateException"].map(
    (name): [string, Explanation] => [
      name,
      {
        code: "provider.refused",
        cause: "configuration",
        field: "/kmsKeyId",
        fix: "Correct the KMS key, or let the key's user use it.",
      },
    ],
  ),
]);

/** Gives every failure one cause and a next step: by the service's code where there is one, else by how the connection ended. */
export function explainFailure(error: unknown, { host, port }: Pick<ArchiveSettings, "host" | "port">): ProviderError {
  const inner = innermost(error);
  if (inner !== undefined) return atConnection(inner);
  const { name, status } = readError(error);
  const { code, ...options } = byName.get(name) ??
    byStatus(status) ?? {
      code: "provider.unreachable",
      field: "/host",
      fix: `Nothing at ${host}, port ${port}, answers as S3 does. Check host and port.`,
    };
  // The message of a service may repeat names of objects: only its code is told.
  const reply = [
    status === undefined ? undefined : `HTTP ${status}`,
    /^[A-Za-z0-9._]{1,80}$/.test(name) ? name : undefined,
  ];
  return new ProviderError(code, {
    ...{ sent: status === undefined || status >= 500 ? "maybe" : "no", error, ...options },
    reply: reply.filter((part) => part !== undefined).join(": "),
  });
}

/** The bytes of an object. What breaks on the way was told nobody yet: the head of the answer was a good one. */
export async function* explainBroken(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    // A call that was given up is not the service's fault.
    if (error instanceof DOMException) throw error;
    const inner = innermost(error);
    if (inner !== undefined) throw atConnection(inner);
    throw new ProviderError("provider.temporary", {
      ...{ sent: "no", retry: "later", error },
      fix: "The connection broke while an object was read. Read it again; if it breaks each time, look into the service's log.",
    });
  }
}

function byStatus(status: number | undefined): Explanation | undefined {
  if (status === undefined) return undefined;
  if (status === 401 || status === 403) return byName.get("AccessDenied");
  if (status === 404) return byName.get("NoSuchBucket");
  if (status === 301 || status === 307) return byName.get("PermanentRedirect");
  if (status === 429) return byName.get("SlowDown");
  if (status === 413) return byName.get("EntityTooLarge");
  if (status === 507) return byName.get("QuotaExceeded");
  if (status >= 500) return { code: "provider.temporary" };
  return { code: "provider.refused", fix: "Read the service's reply, and look into its log at this time." };
}

/** A refusal of the tunnel or of TLS, which the library hands on as it was thrown, or wraps. */
function innermost(error: unknown): ProviderError | undefined {
  if (isProviderError(error)) return error;
  const cause: unknown = typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
  return cause === undefined ? undefined : innermost(cause);
}

function atConnection(error: ProviderError): ProviderError {
  if (error.data.field !== undefined) return error;
  const { code, detail, data } = error;
  const field = code === "provider.certificate" ? "/ca" : "/host";
  return new ProviderError(code, { ...data, detail, field, error });
}

function readError(error: unknown): ServiceError {
  const given = (typeof error === "object" && error !== null ? error : {}) as {
    name?: unknown;
    Code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const name = [given.Code, given.name].find((text) => typeof text === "string") ?? "";
  return { name: String(name), status: given.$metadata?.httpStatusCode };
}
