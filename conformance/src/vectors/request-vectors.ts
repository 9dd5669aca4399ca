import { allowedHeaders, findRequest, isPlainPath, type DestinationRequest } from "@hilum/contract";
import type { VectorFile } from "./vector-file.ts";

const requests: readonly DestinationRequest[] = [
  ...["/", "/v1/messages", "/v1/accounts/{account}/messages", "/v1/files/{name}.json", "/v1/x-{id}-y", "/{a}/{b}"].map(
    (path) => ({
      ...{ method: "POST" as const, path },
    }),
  ),
  { method: "GET", path: "/v1/accounts/{account}" },
];
const paths: readonly string[] = [
  ...["/", "", "v1/messages", "/v1/messages", "/v1/messages/", "//v1/messages", "/v1//messages", "/v1/Messages"],
  ...[
    "/v1/accounts/AC1/messages",
    "/v1/accounts//messages",
    "/v1/accounts/A%20C/messages",
    "/v1/accounts/a/b/messages",
  ],
  ...["/v1/files/a.json", "/v1/files/.json", "/v1/files/a.xml", "/v1/x--y", "/v1/x-1-y", "/v1/x-1-z"],
  ...[
    "/v1/..",
    "/v1/.",
    "/v1/%2e%2e",
    "/v1/%2E",
    "/v1/..;x",
    "/v1/a%2Fb",
    "/v1/a%5Cb",
    "/v1/a%00",
    "/v1/a%0a",
    "/v1/a%7f",
  ],
  ...[
    "/v1/a%252e",
    "/v1/a%25",
    "/v1/a%",
    "/v1/a%zz",
    "/v1/a%ff",
    "/v1/%c3%a9",
    "/v1/é",
    "/v1/a b",
    "/v1/a\\b",
    "/v1/a?b",
    "/v1/a#b",
  ],
  ...["/a/b", "/a/b/c", "/a/%e2%82", "/v1/a[b]", "/v1/a|b", `/v1/${"x".repeat(2044)}`, `/v1/${"x".repeat(2045)}`],
];
const headers: readonly Record<string, string>[] = [
  {},
  { Accept: "application/json", "Content-Type": "text/plain; charset=utf-8" },
  { prefer: "wait=5" },
  ...["authorization", "host", "x-other", "cookie"].map((name) => ({ [name]: "x" })),
  { accept: "a", Accept: "b" },
  ...["", " a", "a ", "a\r\nx: y", "a\tb", "ä", "a".repeat(2048), "a".repeat(2049), "\u007f"].map((value) => ({
    prefer: value,
  })),
];

/** Which requests a destination's templates allow, and which headers. */
export function requestVectors(): VectorFile[] {
  return [
    {
      name: "requests",
      about:
        "The first case holds the `requests` that a destination declares. Each other asks for a `path`: whether it is plain, and the template that a POST and a GET of it are, or null; or for `headers` where `prefer` is declared: what they are, or null.",
      cases: [
        { requests },
        ...paths.map((path) => ({
          ...{ path, plain: isPlainPath(path) },
          post: findRequest(requests, "POST", path)?.path ?? null,
          get: findRequest(requests, "GET", path)?.path ?? null,
        })),
        ...headers.map((given) => ({ headers: given, allowed: allowedHeaders(given, ["prefer"]) ?? null })),
      ],
    },
  ];
}
