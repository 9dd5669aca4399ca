import { requires, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import { someEmail, waitForMessage, waitForState, waitUntil } from "../../../test-support/practice.ts";
import { startServerProcess } from "../../../test-support/server-process.ts";
import {
  createProviderFolder,
  disable,
  enable,
  first,
  second,
  setMode,
  story,
  third,
  turnOnProviders,
} from "../../../test-support/several-providers.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const sandbox = requires("bubblewrap");

describe.skipIf(!sandbox.available)("a channel with several providers", () => {
  let server: TestServer;
  let operator: TestClient;
  let folder: TempDir;
  beforeAll(async () => {
    folder = createProviderFolder();
    server = await startTestServer();
    operator = await server.as("administrator");
    await turnOnProviders(operator, folder);
  });
  afterAll(async () => {
    await server.close();
    folder.remove();
  });
  beforeEach(async () => {
    for (const key of [first, second, third]) await setMode(operator, key, "take");
    await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first, second, third] } });
  });

  const send = async (): Promise<string> => (await operator.ok("sendMessage", { body: someEmail() })).id;
  const emailRoute = async () => {
    const route = (await operator.ok("listRoutes")).items.find(({ channel }) => channel === "email");
    if (route === undefined) throw new Error("there is no route for e-mail");
    return route;
  };

  async function setEnvironment(environment: "production" | "test"): Promise<void> {
    const { settings, revision } = await operator.ok("getPlatformSettings");
    await operator.ok("savePlatformSettings", { body: { settings: { ...settings, environment }, revision } });
  }

  it("asks the first alone while it takes messages", async () => {
    const message = await waitForState(operator, await send(), "sent");
    expect(story(message)).toEqual(["accepted", "attempt default", "sent default"]);
    expect((await emailRoute()).sentence).toBe(
      "E-mails go to Provider. If it refuses or breaks, Provider, second takes over, then Provider, third.",
    );
  });

  it("gives a message to the next when the first refuses, under the same key, and keeps the reason", async () => {
    await setMode(operator, first, "refuse");
    const id = await send();
    const message = await waitForState(operator, id, "sent");
    expect(story(message)).toEqual([
      "accepted",
      "attempt default",
      "refused default",
      "failed_over second",
      "attempt second",
      "sent second",
    ]);
    const [refused, over, , sent] = message.timeline.slice(2);
    expect(refused).toMatchObject({ attempt: 1, cause: "sender_not_verified", reply: "21608 not verified" });
    expect(over).toMatchObject({
      cause: "sender_not_verified",
      code: "provider.sender",
      detail: "The provider does not accept this sender",
    });
    expect(sent).toMatchObject({ attempt: 2, reply: `taken under ${id} as attempt 2` });
    expect(message).toMatchObject({ attempts: 2, ...second, maybeSentTwice: false });
    expect(message).not.toHaveProperty("cause");
  });

  it("gives it to the next when the first breaks before anything was sent", async () => {
    await setMode(operator, first, "unreachable");
    const message = await waitForState(operator, await send(), "sent");
    expect(story(message)).toContain("failed_over second");
    expect(message.timeline.find(({ kind }) => kind === "failed_over")).toMatchObject({ cause: "network" });
  });

  it("threat 214: gives it to nobody else when the first breaks after it may have gone out", async () => {
    for (const mode of ["maybe", "crash"] as const) {
      await setMode(operator, first, mode);
      const message = await waitForState(operator, await send(), "uncertain");
      expect(story(message), mode).toEqual(["accepted", "attempt default", "uncertain default"]);
      expect(message.attempts).toBe(1);
    }
  });

  it("gives it to nobody else when the recipient is the cause", async () => {
    await setMode(operator, first, "unknown");
    const message = await waitForState(operator, await send(), "dead");
    expect(story(message)).toEqual(["accepted", "attempt default", "refused default", "dead default"]);
    expect(message.cause).toBe("recipient");
  });

  it("passes over one that does not run, and says so", async () => {
    await disable(operator, first);
    try {
      const message = await waitForState(operator, await send(), "sent");
      expect(story(message)).toEqual(["accepted", "failed_over second", "attempt second", "sent second"]);
      expect(message.timeline[1]).toMatchObject({ code: "plugin.not_running", cause: "plugin" });
      expect((await emailRoute()).sentence).toBe(
        "E-mails go to Provider, second now. Provider is passed over: it is not enabled. If it refuses or breaks, Provider, third takes over.",
      );
    } finally {
      await enable(operator, first);
    }
  });

  it("threat 67: gives a message that waits for another try to none who may not have it any more", async () => {
    await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first] } });
    await setMode(operator, first, "unreachable");
    const id = await send();
    await waitForMessage(operator, id, ({ timeline }) => timeline.at(-1)?.kind === "retry_scheduled");
    await setMode(operator, first, "take");
    await disable(operator, first);
    try {
      await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first, second] } });
      using _clock = moveClock(30_000);
      const message = await waitForState(operator, id, "sent");
      const [, tried, ...later] = story(message);
      expect(tried).toBe("attempt default");
      expect(later).not.toContain("attempt default");
      expect(later.slice(-2)).toEqual(["attempt second", "sent second"]);
    } finally {
      await enable(operator, first);
    }
  });

  it("passes over one in test mode for a message that is none", async () => {
    const place = { params: { plugin: second.plugin }, query: { instance: second.instance } };
    const { revision, values } = await operator.ok("getSettings", place);
    await setEnvironment("production");
    try {
      const repair = (await operator.ok("getDashboard")).repairs.find(({ id }) => id === "route:email");
      expect(repair?.why).toBe(
        "E-mails wait for Provider. It is in test mode and takes test messages alone. No other provider of the list can take them now.",
      );
      await operator.ok("saveSettings", { ...place, body: { values, revision, testMode: false } });
      const message = await waitForState(operator, await send(), "sent");
      expect(story(message)).toContain("failed_over second");
      expect(message.timeline[1]).toMatchObject({ code: "agreement.test_mode" });
    } finally {
      await setEnvironment("test");
    }
  });

  it("gives up when every provider refuses for good, and tells each one's reason", async () => {
    for (const key of [first, second, third]) await setMode(operator, key, "refuse");
    const message = await waitForState(operator, await send(), "dead");
    expect(story(message)).toEqual([
      "accepted",
      ...["attempt default", "refused default", "failed_over second"],
      ...["attempt second", "refused second", "failed_over third"],
      ...["attempt third", "refused third", "dead third"],
    ]);
    expect(message.attempts).toBe(3);
  });

  it("waits and begins at the first again when one of them may take it later", async () => {
    await setMode(operator, first, "unreachable");
    await setMode(operator, second, "refuse");
    await setMode(operator, third, "refuse");
    const id = await send();
    const waiting = await waitForMessage(operator, id, ({ timeline }) => timeline.at(-1)?.kind === "retry_scheduled");
    expect(waiting).toMatchObject({ state: "retrying", attempts: 3 });
    await setMode(operator, first, "take");
    using _clock = moveClock(30_000);
    await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first, second] } });
    const message = await waitForState(operator, id, "sent");
    expect(story(message).slice(-2)).toEqual(["attempt default", "sent default"]);
    expect(message).toMatchObject({ attempts: 4, maybeSentTwice: false });
  });

  it("leaves one alone after five failures within a minute, and tries it again after half a minute", async () => {
    await setMode(operator, first, "unreachable");
    for (let count = 0; count < 5; count++) await waitForState(operator, await send(), "sent");
    const route = await emailRoute();
    expect(route.targets[0]).toMatchObject({ usable: true, circuit: { state: "open", failures: 5, rehearsed: false } });
    expect(route.sentence).toContain(
      "E-mails go to Provider, second now. Provider is passed over: it failed several times",
    );
    const passed = await waitForState(operator, await send(), "sent");
    expect(story(passed)).toEqual(["accepted", "failed_over second", "attempt second", "sent second"]);
    expect(passed.timeline[1]).toMatchObject({ code: "route.paused", cause: "provider_down" });
    using _clock = moveClock(31_000);
    expect((await emailRoute()).targets[0]?.circuit.state).toBe("probing");
    const probe = await waitForState(operator, await send(), "sent");
    expect(story(probe)).toContain("failed default");
    expect((await emailRoute()).targets[0]?.circuit.state).toBe("open");
  });

  it("holds messages for the only provider while it is left alone, and sends them when a person says so", async () => {
    await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first] } });
    await setMode(operator, first, "unreachable");
    for (let count = 0; count < 5; count++) {
      const id = await send();
      await waitForMessage(operator, id, ({ timeline }) => timeline.at(-1)?.kind === "retry_scheduled");
    }
    const id = await send();
    const held = await waitForMessage(operator, id, ({ timeline }) => timeline.at(-1)?.code === "route.paused");
    expect(held).toMatchObject({ state: "queued", attempts: 0 });
    expect((await emailRoute()).sentence).toBe(
      "E-mails wait for Provider. It failed several times in a row and is left alone for a moment.",
    );
    await setMode(operator, first, "take");
    expect((await emailRoute()).targets[0]?.circuit).toMatchObject({ state: "closed", failures: 0 });
    using _clock = moveClock(31_000);
    await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first] } });
    await waitForState(operator, id, "sent");
  });

  it("rehearses a failure: for a minute the next one gets the messages, and the first is not asked", async () => {
    const rehearsal = await operator.ok("rehearseFailover", { params: { channel: "email" }, body: first });
    expect(rehearsal.targets[0]?.circuit).toMatchObject({ state: "open", rehearsed: true });
    expect(rehearsal.sentence).toContain(
      "E-mails go to Provider, second now. Provider is passed over: a rehearsal treats it",
    );
    const message = await waitForState(operator, await send(), "sent");
    expect(story(message)).toEqual(["accepted", "failed_over second", "attempt second", "sent second"]);
    await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first, second] } });
    expect((await emailRoute()).targets[0]?.circuit).toMatchObject({ state: "closed", rehearsed: false });
    const absent = { plugin: first.plugin, instance: "none" };
    expect(
      (await operator.call("rehearseFailover", { params: { channel: "email" }, body: absent })).problem().code,
    ).toBe("instance.not_found");
  });

  it("refuses an order that names one twice or one that sends nothing", async () => {
    const set = (to: (typeof first)[]) => operator.call("setRoute", { params: { channel: "email" }, body: { to } });
    expect((await set([first, first])).problem()).toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: "/to/1" }],
    });
    expect((await set([first, { plugin: "org.example.none", instance: "default" }])).problem().code).toBe(
      "instance.not_found",
    );
    expect((await emailRoute()).targets.map(({ instance }) => instance)).toEqual(["default", "second", "third"]);
  });

  it("takes a receipt that overtakes the provider's own answer", async () => {
    await setMode(operator, first, "late");
    const message = await waitForState(operator, await send(), "delivered");
    expect(story(message)).toEqual(["accepted", "attempt default", "sent default", "delivered default"]);
  });

  it("gives nothing to another provider than the one that had it when the process was killed", async () => {
    const folders = { data: createProviderFolder(), plugin: createProviderFolder() };
    let running = await startServerProcess({ folder: folders.data.path });
    const begin = async (): Promise<TestClient> => {
      const client = running.client();
      await client.ok("signIn", { body: { username: "ana", password } });
      return client;
    };
    try {
      const ana = running.client();
      const body = { code: running.setupCode ?? "", username: "ana", displayName: "Ana", password };
      await ana.ok("createFirstAdministrator", { body });
      await turnOnProviders(ana, folders.plugin);
      await setMode(ana, first, "refuse");
      await setMode(ana, second, "slow");
      const ids = await Promise.all([1, 2, 3].map(async () => (await ana.ok("sendMessage", { body: someEmail() })).id));
      const read = (client: TestClient) =>
        Promise.all(ids.map((message) => client.ok("getMessage", { params: { message } })));
      await waitUntil(
        "the second provider",
        () => read(ana),
        (messages) => messages.every((message) => story(message).includes("attempt second")),
      );
      await running.end("SIGKILL");
      running = await startServerProcess({ folder: folders.data.path });
      const after = await begin();
      const messages = await waitUntil(
        "every message",
        () => read(after),
        (all) => all.every(({ state }) => state === "sent"),
      );
      for (const message of messages) {
        expect(story(message)).toEqual([
          "accepted",
          ...["attempt default", "refused default", "failed_over second"],
          ...["attempt second", "uncertain second", "retry_scheduled second"],
          ...["attempt second", "sent second"],
        ]);
        expect(message).toMatchObject({ attempts: 3, maybeSentTwice: true, ...second });
        expect(message.timeline.at(-1)?.reply).toBe(`taken under ${message.id} as attempt 3`);
      }
    } finally {
      await running.end("SIGKILL");
      folders.plugin.remove();
      folders.data.remove();
    }
  });
});
