import { createFakeClock } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { createClientTokens, type ClientCredentials } from "./client-token.ts";
import type { TokenRequest } from "./token-endpoint.ts";

const key = { plugin: "org.example.store", instance: "default" };
const auth: ClientCredentials = {
  type: "client_credentials",
  tokenUrl: "https://{config.tokenHost}/{+config.tokenPath}",
  ...{ clientId: "clientId", clientSecret: "clientSecret", scope: "scope" },
};
const settings = {
  ...{ tokenHost: "login.example.org", tokenPath: "realms/clinic/token" },
  ...{ clientId: "clinic", clientSecret: "the secret", scope: "system/*.cruds" },
};

function world(answers: (request: TokenRequest) => { status: number; text: string }) {
  const asked: TokenRequest[] = [];
  const clock = createFakeClock();
  const tokens = createClientTokens({
    ask: async (_key, request) => {
      asked.push(request);
      return answers(request);
    },
    now: () => new Date(clock.now()),
  });
  return { asked, clock, tokens };
}

let made = 0;
const granted = () => ({
  status: 200,
  text: JSON.stringify({ access_token: `token-${++made}`, token_type: "Bearer", expires_in: 300 }),
});

describe("tokens that the host gets for itself", () => {
  it("asks with id, secret and scopes at the whole path, and uses the token until shortly before its end", async () => {
    const { asked, clock, tokens } = world(granted);
    const first = await tokens.token(key, "client", auth, settings);
    expect(await tokens.token(key, "client", auth, settings)).toBe(first);
    expect(asked).toEqual([
      {
        ...{ step: "client", url: "https://login.example.org/realms/clinic/token", trial: false },
        scope: "net:https://login.example.org:443",
        client: { id: "clinic", secret: "the secret" },
        form: { grant_type: "client_credentials", scope: "system/*.cruds" },
      },
    ]);
    await clock.advance(269_000);
    expect(await tokens.token(key, "client", auth, settings)).toBe(first);
    await clock.advance(2_000);
    expect(await tokens.token(key, "client", auth, settings)).not.toBe(first);
    expect(asked).toHaveLength(2);
  });

  it("asks once for calls at the same time, and anew for another client or a token that was refused", async () => {
    const { asked, tokens } = world(granted);
    const both = await Promise.all([1, 2].map(() => tokens.token(key, "client", auth, settings)));
    expect(new Set(both).size).toBe(1);
    tokens.forget(key, "client");
    await tokens.token(key, "client", auth, settings);
    await tokens.token(key, "client", auth, { ...settings, clientSecret: "another" });
    expect(asked).toHaveLength(3);
  });

  it("tells a client that is refused without its secret, and does not ask again for a while", async () => {
    const { asked, clock, tokens } = world(() => ({
      status: 401,
      text: JSON.stringify({ error: "invalid_client", error_description: "the secret is not known" }),
    }));
    const failed = tokens.token(key, "client", auth, settings);
    await expect(failed).rejects.toMatchObject({
      code: "provider.bad_credentials",
      detail: "The token endpoint refuses the client's id or secret: invalid_client: [redacted] is not known",
    });
    await expect(tokens.token(key, "client", auth, settings)).rejects.toMatchObject({
      code: "provider.bad_credentials",
    });
    expect(asked).toHaveLength(1);
    await clock.advance(31_000);
    await expect(tokens.token(key, "client", auth, settings)).rejects.toMatchObject({
      code: "provider.bad_credentials",
    });
    expect(asked).toHaveLength(2);
  });

  it("keeps nothing of a setup that is tried out, and asks there each time", async () => {
    const { asked, tokens } = world(granted);
    const trial = { ...key, trial: "t1" };
    await tokens.token(trial, "client", auth, settings);
    await tokens.token(trial, "client", auth, settings);
    expect(asked.map(({ trial: tried }) => tried)).toEqual([true, true]);
  });

  it("threat 93: no path of the settings leads to another place", async () => {
    const { asked, tokens } = world(granted);
    for (const tokenPath of ["../admin", "a//b", "a/%2e%2e/b", "a?x=1", "a#b", "a\\b", ""])
      await tokens.token(key, "client", auth, { ...settings, tokenPath }).then(
        (token) => expect.fail(`${tokenPath} led to ${token}`),
        (error: unknown) => expect(error).toMatchObject({ code: "request.invalid" }),
      );
    expect(asked).toEqual([]);
  });
});
