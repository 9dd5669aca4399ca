import createClient, { type Client, type FetchResponse, type MaybeOptionalInit } from "openapi-fetch";
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";
import { presentFailure, readProblem } from "./api-problem.ts";
import type { paths } from "./api.gen.ts";

export interface HilumClientOptions {
  /** Origin of the server, e.g. `https://localhost:8443`; empty for the page's own. */
  baseUrl: string;
  /** Defaults to the global `fetch`, looked up at each call. */
  fetch?: (request: Request) => Promise<Response>;
  /** A program's token, sent as `Authorization: Bearer`. The console has a session cookie instead. */
  token?: string;
  /** Name of the header that tells the server that its own console asks; a page of another site cannot send it. */
  csrfHeader?: string;
}

type InitOf<Init> = RequiredKeysOf<Init> extends never ? [Init?] : [Init];

/** What a call answers: a refusal is thrown, so only the success remains. */
interface Answer<Data> {
  data: Data;
  response: Response;
}

type OperationOf<
  Path extends keyof paths,
  Method extends HttpMethod,
> = paths[Path][Method] extends infer Operation extends Record<string | number, unknown> ? Operation : never;

type DataOf<Path extends keyof paths, Method extends HttpMethod, Init> = Exclude<
  FetchResponse<OperationOf<Path, Method>, Init, MediaType>["data"],
  undefined
>;

type Verb<Method extends HttpMethod> = <
  Path extends PathsWithMethod<paths, Method>,
  Init extends MaybeOptionalInit<paths[Path], Method>,
>(
  path: Path,
  ...init: InitOf<Init>
) => Promise<Answer<DataOf<Path, Method, Init>>>;

/** Every operation of the API by method and path; paths, parameters, bodies and answers are typed. */
export interface HilumClient {
  GET: Verb<"get">;
  POST: Verb<"post">;
  PUT: Verb<"put">;
  PATCH: Verb<"patch">;
  DELETE: Verb<"delete">;
}

/**
 * Makes a client for one server. A call answers `{data, response}` or throws an `ApiProblem`, never anything else:
 * refusals, broken links, unreadable answers and aborts all become one.
 */
export function createHilumClient(options: HilumClientOptions): HilumClient {
  const client = createClient<paths>({
    baseUrl: options.baseUrl,
    credentials: "same-origin",
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.csrfHeader === undefined ? {} : { [options.csrfHeader]: "1" }),
    },
  });
  client.use({
    onResponse: async ({ response }) => {
      if (!response.ok) throw await readProblem(response);
    },
  });
  return {
    GET: guard(client, "GET"),
    POST: guard(client, "POST"),
    PUT: guard(client, "PUT"),
    PATCH: guard(client, "PATCH"),
    DELETE: guard(client, "DELETE"),
  };
}

function guard<Name extends keyof HilumClient>(client: Client<paths>, name: Name): HilumClient[Name] {
  const call = client[name] as (...args: unknown[]) => Promise<unknown>;
  const guarded = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await call(...args);
    } catch (thrown) {
      throw presentFailure(thrown);
    }
  };
  return guarded as HilumClient[Name];
}
