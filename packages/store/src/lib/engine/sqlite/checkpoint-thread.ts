/** Entry of the thread that moves the log into the database while the writer goes on. */
import { parentPort, workerData } from "node:worker_threads";
import { checkpoint } from "./checkpoints.ts";
import { openSqlite } from "./connection.ts";

if (parentPort === null) throw new Error("this file is the entry of a worker thread");
const port = parentPort;
const connection = openSqlite((workerData as { path: string }).path, "writer");

port.on("message", (message: "begin" | "close") => {
  if (message === "close") {
    connection.close();
    port.close();
    return;
  }
  checkpoint(connection, "PASSIVE");
  port.postMessage("ended");
});
