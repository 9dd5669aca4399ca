import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificateAuthority } from "../certificates/certificate-authority.ts";
import {
  defaultAccount,
  presentMessage,
  presentNumber,
  refuseMessage,
  twilioSid,
  type TwilioAccount,
  type TwilioMessage,
} from "./twilio-account.ts";
import { loadTwilioApi, type TwilioOperation, type TwilioParams } from "./twilio-api.ts";
import { answerError, misbehave, type TwilioBehaviour, type TwilioMischief } from "./twilio-behaviour.ts";
import { postCallback, signTwilio } from "./twilio-callback.ts";
import { errorBody, twilioErrors, type TwilioError } from "./twilio-errors.ts";

export interface TwilioServerOptions {
  account?: Partial<TwilioAccount>;
  /** Names of the certificate; one that has ended with `expired`. */
  names?: readonly string[];
  expired?: boolean;
}

export interface TwilioRequest extends TwilioParams {
  operation: TwilioOperation;
  /** Who signed the request: the account's or a key's sid. */
  user: string;
}

/** A receipt that was posted, and what it was answered with; 0 where nobody could be reached. */
export interface TwilioReceipt {
  url: string;
  fields: Record<string, string>;
  status: number;
}

/** Twilio as its own OpenAPI document describes it, on loopback over TLS. */
export interface TwilioServer {
  readonly port: number;
  /** PEM of the authority that issued its certificate. */
  readonly authority: string;
  readonly account: TwilioAccount;
  /** What it does from now on; undefined: what it should. */
  behave(behaviour: TwilioBehaviour | undefined, operation?: TwilioOperation): void;
  /** Statuses that are reported of each message; `undelivered` and `failed` carry the code. */
  report(statuses: readonly TwilioMessage["status"][], errorCode?: number): void;
  /** How receipts reach their receiver. */
  reach(options: { ca: string; connectTo?: string }): void;
  /** Puts a certificate in place that holds, of the same authority, as after a renewal. */
  renewCertificate(): Promise<void>;
  requests(): readonly TwilioRequest[];
  messages(): readonly TwilioMessage[];
  /** Receipts that were posted; waits until there are so many. */
  receipts(count?: number): Promise<readonly TwilioReceipt[]>;
  /** Requests and answers that are not as the document says; taken away by reading them. */
  takeViolations(): string[];
  /** Throws when there are violations that nobody took. */
  stop(): Promise<void>;
}

export async function startTwilioServer(options: TwilioServerOptions = {}): Promise<TwilioServer> {
  const { names = ["localhost", "127.0.0.1"], expired = false } = options;
  const authority = await createCertificateAuthority("Twilio test authority");
  const issue = (lifeMs: number) => authority.issue({ names, notAfter: new Date(Date.now() + lifeMs) });
  const { certificate, key } = await issue(expired ? -3_600_000 : 90 * 86_400_000);
  const account = { ...defaultAccount(), ...options.account };
  const api = loadTwilioApi();
  const violations: string[] = [];
  const requests: TwilioRequest[] = [];
  const messages: TwilioMessage[] = [];
  const receipts: TwilioReceipt[] = [];
  const posting = new Set<Promise<void>>();
  let mischief: TwilioMischief | undefined;
  let reported: { statuses: readonly TwilioMessage["status"][]; errorCode: number } = {
    statuses: ["sent", "delivered"],
    errorCode: 30005,
  };
  let way: { ca: string | undefined; connectTo: string | undefined } = { ca: undefined, connectTo: undefined };

  const server = createServer({ cert: certificate, key }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      violations.push(`the server itself failed: ${String(error)}`);
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "https://api.twilio.com");
    const found = api.find(request.method ?? "", url.pathname);
    const form = new URLSearchParams(await readBody(request));
    if (found === undefined) {
      violations.push(`${request.method} ${url.pathname} is not in the document`);
      return answerError(response, "notFound");
    }
    const { operation } = found;
    const params = { path: found.path, query: toRecord(url.searchParams), form: toRecord(form) };
    const user = userOf(request, account);
    if (mischief !== undefined && (mischief.operation ?? operation) === operation)
      if (await misbehave(mischief.behaviour, response)) return;
    if (typeof user !== "string") return refuse(response, user);
    const faults = api.checkRequest(operation, params);
    violations.push(...faults.map((fault) => `${operation} ${fault}`));
    requests.push({ operation, user, ...params });
    if (faults.length > 0) return answerError(response, "badParameter");
    if ((params.path["AccountSid"] ?? params.path["Sid"]) !== account.sid) return answerError(response, "notFound");
    const right = account.keys.find(({ sid }) => sid === user);
    if (right?.messages === false && operation.endsWith("Message")) return answerError(response, "forbidden");
    perform(operation, params, response);
  }

  function perform(operation: TwilioOperation, params: TwilioParams, response: ServerResponse): void {
    switch (operation) {
      case "CreateMessage":
        return create(params.form, response);
      case "FetchMessage": {
        const message = messages.find(({ sid }) => sid === params.path["Sid"]);
        if (message === undefined) return answerError(response, "notFound");
        return send(operation, 200, presentMessage(account, message), response);
      }
      case "ListMessage": {
        const { From: from, To: to, PageSize: size = "50", Page: page = "0" } = params.query;
        const matching = messages
          .filter((message) => (from === undefined || message.from === from) && (to === undefined || message.to === to))
          .toReversed();
        const shown = pageOf(matching, Number(page), Number(size));
        const list = { ...shown.frame, messages: shown.items.map((message) => presentMessage(account, message)) };
        return send(operation, 200, list, response);
      }
      case "ListIncomingPhoneNumber": {
        const { PageSize: size = "50", Page: page = "0" } = params.query;
        const shown = pageOf(account.numbers, Number(page), Number(size));
        const numbers = shown.items.map((number) => presentNumber(account, number));
        return send(operation, 200, { ...shown.frame, incoming_phone_numbers: numbers }, response);
      }
      case "FetchAccount":
        return send(operation, 200, presentAccount(), response);
      case "FetchBalance":
        return send(
          operation,
          200,
          { account_sid: account.sid, balance: account.balance, currency: account.currency },
          response,
        );
    }
  }

  function create(form: Readonly<Record<string, string>>, response: ServerResponse): void {
    const refusal = refuseMessage(account, form);
    if (refusal !== undefined) return refuse(response, refusal);
    const failed = mischief?.behaviour.kind === "failed_inside" ? mischief.behaviour.errorCode : null;
    const message: TwilioMessage = {
      sid: twilioSid("SM", `${messages.length} ${form["To"]}`),
      to: form["To"] ?? "",
      from: form["From"] ?? null,
      service: form["MessagingServiceSid"] ?? null,
      body: form["Body"] ?? "",
      status: failed === null ? "queued" : "failed",
      errorCode: failed,
      createdAt: new Date(),
      statusCallback: form["StatusCallback"],
    };
    messages.push(message);
    if (mischief?.behaviour.kind === "drop") return void response.socket?.destroy();
    send("CreateMessage", 201, presentMessage(account, message), response);
    if (failed === null) track(reportStatuses(message));
  }

  async function reportStatuses(message: TwilioMessage): Promise<void> {
    for (const status of reported.statuses) {
      message.status = status;
      message.errorCode = status === "undelivered" || status === "failed" ? reported.errorCode : null;
      const { statusCallback: url } = message;
      if (url === undefined) continue;
      const fields: Record<string, string> = {
        AccountSid: account.sid,
        ApiVersion: "2010-04-01",
        From: message.from ?? account.numbers[0]?.number ?? "",
        MessageSid: message.sid,
        MessageStatus: status,
        SmsSid: message.sid,
        SmsStatus: status,
        To: message.to,
        ...(message.errorCode === null ? {} : { ErrorCode: String(message.errorCode) }),
      };
      const signature = signTwilio(account.authToken, url, fields);
      receipts.push({ url, fields, status: await postCallback(url, fields, signature, way) });
    }
  }

  function track(work: Promise<void>): void {
    const done = work.finally(() => posting.delete(done));
    posting.add(done);
  }

  function send(operation: TwilioOperation, status: number, body: unknown, response: ServerResponse): void {
    violations.push(...api.checkAnswer(operation, status, body).map((fault) => `${operation} ${fault}`));
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  }

  const presentAccount = () => ({
    sid: account.sid,
    friendly_name: "Example Clinic",
    status: account.suspended ? "suspended" : "active",
    type: account.verifiedNumbers === undefined ? "Full" : "Trial",
    owner_account_sid: account.sid,
    date_created: "Tue, 01 Oct 2024 09:00:00 +0000",
    date_updated: "Tue, 01 Oct 2024 09:00:00 +0000",
    uri: `/2010-04-01/Accounts/${account.sid}.json`,
    subresource_uris: {},
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    authority: authority.certificate,
    account,
    behave(behaviour, operation) {
      mischief = behaviour === undefined ? undefined : { behaviour, ...(operation === undefined ? {} : { operation }) };
    },
    report: (statuses, errorCode = 30005) => void (reported = { statuses, errorCode }),
    reach: ({ ca, connectTo }) => void (way = { ca, connectTo }),
    async renewCertificate() {
      const renewed = await issue(90 * 86_400_000);
      server.setSecureContext({ cert: renewed.certificate, key: renewed.key });
      // Connections that are kept would go on with the old one.
      server.closeIdleConnections();
    },
    requests: () => requests,
    messages: () => messages,
    async receipts(count = 0) {
      const until = Date.now() + 20_000;
      while (receipts.length < count) {
        if (Date.now() > until) throw new Error(`${receipts.length} of ${count} receipts were posted`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return receipts;
    },
    takeViolations: () => violations.splice(0),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(posting);
      if (violations.length > 0) throw new Error(`Twilio's own document was broken:\n${violations.join("\n")}`);
    },
  };
}

function refuse(response: ServerResponse, error: TwilioError): void {
  response.writeHead(error.status, { "content-type": "application/json", ...error.headers });
  response.end(JSON.stringify(errorBody(error)));
}

/** The sid that signed the request, or why it is nobody's. */
function userOf({ headers }: IncomingMessage, { sid, authToken, keys }: TwilioAccount): string | TwilioError {
  const [scheme, encoded = ""] = (headers.authorization ?? "").split(" ");
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const password = rest.join(":");
  if (scheme !== "Basic") return twilioErrors.authenticate;
  if (user === sid && password === authToken) return user;
  return keys.some((key) => key.sid === user && key.secret === password) ? user : twilioErrors.authenticate;
}

function pageOf<T>(all: readonly T[], page: number, size: number): { items: readonly T[]; frame: object } {
  const items = all.slice(page * size, (page + 1) * size);
  const uri = `/2010-04-01/list.json?Page=${page}&PageSize=${size}`;
  const next = (page + 1) * size < all.length ? `/2010-04-01/list.json?Page=${page + 1}&PageSize=${size}` : null;
  const [start, end] = [page * size, page * size + Math.max(0, items.length - 1)];
  const frame = { page, page_size: size, start, end, uri, first_page_uri: uri, next_page_uri: next };
  return { items, frame: { ...frame, previous_page_uri: null } };
}

const toRecord = (params: URLSearchParams): Record<string, string> => Object.fromEntries(params);

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
