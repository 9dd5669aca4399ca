import type { ServerResponse } from "node:http";
import { errorBody, twilioErrors, type TwilioErrorName } from "./twilio-errors.ts";
import type { TwilioOperation } from "./twilio-api.ts";

/** What the server does instead of what a good provider would. */
export type TwilioBehaviour =
  | { kind: "refuse"; error: TwilioErrorName }
  /** Answers well, late. */
  | { kind: "slow"; delayMs: number }
  /** A page for people, as of a proxy in between. */
  | { kind: "html"; status: number }
  /** Success by its status, and an error in the body. */
  | { kind: "error_inside"; status: 200 | 201 }
  /** Takes the message and calls it failed at once. */
  | { kind: "failed_inside"; errorCode: number }
  /** Hangs up: before it took anything, or after. */
  | { kind: "drop"; when: "before" | "after" }
  | { kind: "redirect"; location: string }
  | { kind: "empty" };

/** Only for one operation; for all where it names none. */
export interface TwilioMischief {
  behaviour: TwilioBehaviour;
  operation?: TwilioOperation;
}

/** Behaviours that do not need the account: true when the request was answered, or was not by design. */
export async function misbehave(behaviour: TwilioBehaviour, response: ServerResponse): Promise<boolean> {
  switch (behaviour.kind) {
    case "refuse":
      answerError(response, behaviour.error);
      return true;
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs).unref());
      return response.destroyed;
    case "html":
      response.writeHead(behaviour.status, { "content-type": "text/html" });
      response.end("<!doctype html><html><title>Sorry</title><p>We are doing some work. +15005550199</p></html>");
      return true;
    case "error_inside":
      response.writeHead(behaviour.status, { "content-type": "application/json" });
      response.end(JSON.stringify(errorBody(twilioErrors.internal)));
      return true;
    case "redirect":
      response.writeHead(302, { location: behaviour.location });
      response.end();
      return true;
    case "empty":
      response.writeHead(200, { "content-type": "application/json" });
      response.end();
      return true;
    case "drop":
      if (behaviour.when === "after") return false;
      response.socket?.destroy();
      return true;
    case "failed_inside":
      return false;
  }
}

export function answerError(response: ServerResponse, name: TwilioErrorName): void {
  const error: { status: number; headers?: Record<string, string> } = twilioErrors[name];
  response.writeHead(error.status, { "content-type": "application/json", ...error.headers });
  response.end(JSON.stringify(errorBody(twilioErrors[name])));
}
