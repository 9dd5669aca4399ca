import { requires, type WebhookEndpoint } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitForState } from "../../../test-support/practice.ts";
import { story } from "../../../test-support/several-providers.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";
import { someText } from "../../../test-support/twilio.ts";
import { startEndpoint, turnOnWebhookSender, webhookPlugin } from "../../../test-support/webhook-endpoint.ts";

const available = requires("bubblewrap").available && requires("python3").available;

describe.skipIf(!available)("messages through the webhook sender, a plugin in Python", () => {
  let server: TestServer;
  let operator: TestClient;
  let endpoint: WebhookEndpoint;
  beforeAll(async () => {
    server = await startTestServer();
    operator = await server.as("administrator");
    endpoint = await startEndpoint(server, operator);
    await turnOnWebhookSender(operator, endpoint);
  });
  afterAll(async () => {
    await server?.close();
    await endpoint?.stop();
  });
  const send = async (): Promise<string> => (await operator.ok("sendMessage", { body: someText() })).id;

  it("sends one from the sandbox, signed, and shows the endpoint's receipt on its timeline", async () => {
    endpoint.report = { type: "message.delivered" };
    const id = await send();
    const message = await waitForState(operator, id, "delivered");
    expect(story(message)).toEqual(["accepted", "attempt default", "sent default", "delivered default"]);
    expect(endpoint.events.at(-1)).toMatchObject({
      ...{ id, type: "message.send" },
      data: { channel: "sms", text: "Your visit is tomorrow at nine.", recipients: [{ address: "+15005550100" }] },
    });
    await expect.poll(() => endpoint.receipts.at(-1)).toBe(204);
  });

  it("refuses a receipt that is signed with another secret, and tells one of a failure", async () => {
    const before = endpoint.receipts.length;
    endpoint.report = { type: "message.delivered", secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
    const forged = await send();
    await waitForState(operator, forged, "sent");
    endpoint.report = { type: "message.failed" };
    const failed = await waitForState(operator, await send(), "dead");
    // The message is dead before the endpoint has read its answer, and the forged receipt may come last.
    const answers = (): number[] => endpoint.receipts.slice(before).toSorted();
    await expect.poll(answers, { timeout: 10_000 }).toEqual([204, 401]);
    expect((await operator.ok("getMessage", { params: { message: forged } })).state).toBe("sent");
    expect(failed.timeline.some(({ reply }) => reply === "off")).toBe(true);
  });

  it("keeps the endpoint's own words of a refusal, and finds the endpoint healthy", async () => {
    endpoint.answer = { status: 422, body: { code: "recipient", message: "+15005550100 is unknown" } };
    const message = await waitForState(operator, await send(), "dead");
    expect(message).toMatchObject({ cause: "recipient", ...webhookPlugin });
    expect(JSON.stringify(message.timeline)).toContain("HTTP 422: [number] is unknown");
    expect(endpoint.events.some(({ type }) => type === "hilum.ping")).toBe(true);
  });
});
