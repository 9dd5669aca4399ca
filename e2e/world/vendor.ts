import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { HilumServer } from "./hilum-server.ts";

/** A vendor of a plugin: a program somewhere else that signs what it sends. */
export interface Vendor {
  /** Signs a body and calls the address that it was told; answers the status. */
  call(address: string, body: object, options?: { secret?: string; at?: Date }): Promise<number>;
}

/** Signs as examples/delivery-callbacks asks: HMAC-SHA-256 over the timestamp, a full stop and the body. */
export function createVendor(server: HilumServer, ownSecret: string): Vendor {
  const ca = readFileSync(server.authorityFile, "utf8");
  return {
    call: (address, body, { secret = ownSecret, at = new Date() } = {}) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const timestamp = String(Math.floor(at.getTime() / 1000));
        const signature = createHmac("sha256", secret).update(`${timestamp}.${text}`).digest("hex");
        const headers = {
          "content-type": "application/json",
          "x-timestamp": timestamp,
          "x-signature": `sha256=${signature}`,
        };
        request(address, { method: "POST", ca, headers }, (answer) => {
          answer.resume();
          answer.once("end", () => resolve(answer.statusCode ?? 0));
        })
          .once("error", reject)
          .end(text);
      }),
  };
}
