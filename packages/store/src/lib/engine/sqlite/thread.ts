/** Entry of a database thread: the writer, or a reader for queries that look at many rows. */
import { parentPort, workerData } from "node:worker_threads";
import { createKeyring } from "../../crypto/keyring.ts";
import { FailureError, type Failure } from "../failure.ts";
import { openSqlite, type SqliteConnection } from "./connection.ts";
import { openWriter } from "./open-writer.ts";
import type { ThreadData, ThreadReply, ThreadRequest, ThreadValue } from "./protocol.ts";
import { createSqliteWriter, type SqliteWriter, type UnitEnd } from "./writer.ts";

if (parentPort === null) throw new Error("this file is the entry of a worker thread");
const port = parentPort;
const { path, mode, migrations, now } = workerData as ThreadData;

const replies: ThreadReply[] = [];
let flushing = false;

/** Replies of one commit leave together. */
function reply(message: ThreadReply): void {
  replies.push(message);
  if (flushing) return;
  flushing = true;
  queueMicrotask(() => {
    flushing = false;
    port.postMessage(replies.splice(0));
  });
}

function open(): { connection: SqliteConnection; writer: SqliteWriter | undefined } | undefined {
  try {
    const connection = mode === "writer" ? openWriter(path, migrations, now) : openSqlite(path, mode);
    const writer = mode === "writer" ? createSqliteWriter(connection) : undefined;
    reply({ id: 0, value: null });
    return { connection, writer };
  } catch (error) {
    reply({ id: 0, failure: failureOf(error) });
    return undefined;
  }
}

function serve(request: ThreadRequest, connection: SqliteConnection, writer: SqliteWriter | undefined): void {
  const { id } = request;
  const finish = (end: UnitEnd): void =>
    reply("outcome" in end ? { id, value: end.outcome } : { id, failure: end.failure });
  const finishVoid = (failure: Failure | undefined): void =>
    reply(failure === undefined ? { id, value: null } : { id, failure });
  const attempt = (work: () => ThreadValue): void => {
    try {
      reply({ id, value: work() });
    } catch (error) {
      reply({ id, failure: failureOf(error) });
    }
  };
  switch (request.kind) {
    case "unit":
      return writer?.submit(request.unit, finish);
    case "run":
      return writer === undefined ? undefined : finish(writer.run(request.unit));
    case "begin":
      return writer?.begin(finishVoid);
    case "end":
      return finishVoid(writer?.end(request.keep));
    case "read":
      return attempt(() => connection.execute(request.statement).rows);
    case "keys":
      connection.useKeys(createKeyring(request.material));
      return reply({ id, value: null });
    case "walBytes":
      return reply({ id, value: writer?.walBytes() ?? 0 });
    case "close":
      return attempt(() => {
        if (writer === undefined) connection.close();
        else writer.close();
        // The port alone keeps the thread alive; it ends once the replies have left.
        setImmediate(() => port.close());
        return null;
      });
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return { kind: "bug", message: error instanceof Error ? error.message : String(error) };
}

const opened = open();
if (opened !== undefined) {
  const { connection, writer } = opened;
  port.on("message", (requests: ThreadRequest[]) => {
    for (const request of requests) serve(request, connection, writer);
  });
}
