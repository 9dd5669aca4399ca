import { described, flag, list, number, object, oneOf, text, variants, type Shape } from "../json/shape.ts";
import { requestMethods } from "./manifest.ts";
import { token } from "./token.ts";

const setting = (what: string): Shape =>
  text({ max: 64, form: /^[A-Za-z][A-Za-z0-9_]{0,63}$/, what: `the name of ${what}` });

/** A header's name as HTTP/2 writes it, which HTTP/1.1 takes as well (RFC 9110 section 5.1). */
export const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
const header = text({ max: 64, form: headerName, what: "the name of a header, in lower case" });

const request = object(
  {
    method: oneOf(requestMethods),
    path: described(
      "Path with `{name}` for what changes: `/v1/accounts/{account}/messages`. Each `{name}` is one segment or a part of one, and never empty.",
      text({ max: 500, what: "a path that begins with /" }),
    ),
  },
  { required: ["method", "path"] },
);

const auth = variants("type", {
  basic: object(
    { type: oneOf(["basic"]), username: setting("a setting"), password: setting("a secret setting") },
    { required: ["type", "username", "password"] },
  ),
  bearer: object({ type: oneOf(["bearer"]), token: setting("a secret setting") }, { required: ["type", "token"] }),
  header: object(
    { type: oneOf(["header"]), name: header, value: setting("a secret setting") },
    { required: ["type", "name", "value"] },
  ),
  oauth2: object(
    { type: oneOf(["oauth2"]), step: token("the id of a setup step of type oauth2") },
    { required: ["type", "step"] },
  ),
  client_credentials: object(
    {
      type: oneOf(["client_credentials"]),
      tokenUrl: described(
        "Where the host gets its token: `https://{config.tokenHost}/{+config.tokenPath}`. One of the manifest's own scopes leads there.",
        text({ max: 500, what: "an https address" }),
      ),
      clientId: setting("a setting"),
      clientSecret: setting("a secret setting"),
      scope: setting("a setting"),
    },
    { required: ["type", "tokenUrl", "clientId", "clientSecret"] },
  ),
});

/** One entry of `destinations`. */
export const destinationShape: Shape = object(
  {
    id: token("the id of a destination"),
    title: described("What the operator calls it.", text({ max: 120 })),
    scope: described(
      "One of the manifest's own `scopes`: `net:https://host:port`, where host and port may name settings.",
      text({ max: 500, what: "a scope" }),
    ),
    requests: described(
      "Kinds of request that may be asked for; any other is denied.",
      list(request, { min: 1, max: 50, unique: ["method", "path"] }),
    ),
    phi: described(
      "Whether patient data goes there. Default: yes, where the plugin's class of patient data is not `none`.",
      flag,
    ),
    auth: described("Where the host puts a secret. The plugin is never given a secret that is named here.", auth),
    headers: described(
      "Request headers the plugin may set beside accept, content-type, idempotency-key, if-match and if-none-match.",
      list(header, { max: 20, unique: [] }),
    ),
    timeoutMs: described(
      "Milliseconds for one request. Default 15000.",
      number({ min: 1000, max: 60_000, integer: true }),
    ),
    responseBytesMax: described(
      "Bytes of an answer's body. Default 262144.",
      number({ min: 1024, max: 524_288, integer: true }),
    ),
  },
  { required: ["id", "title", "scope", "requests"] },
);
