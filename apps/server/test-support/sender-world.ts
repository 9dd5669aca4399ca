import {
  createCertificateAuthority,
  createSenderFolder,
  sender,
  senderManifest,
  startSenderProvider,
  type CertificateAuthority,
  type CertificateRequest,
  type SenderProvider,
} from "@hilum/testkit";
import { createProviderBrowser, type ProviderBrowser } from "./provider-browser.ts";
import type { RawAnswer, TestClient } from "./test-client.ts";
import { freePort, startTestServer, type TestServer } from "./test-server.ts";

export const clientSecret = "client-secret-canary-77";

/** A server, a provider that it trusts and may reach, and the plugin between them, linked and not set up. */
export interface SenderWorld {
  server: TestServer;
  provider: SenderProvider;
  authority: CertificateAuthority;
  operator: TestClient;
  /** A person at the provider, in a browser of their own. */
  browse(): ProviderBrowser;
  /** Begins a sign-in; answers the provider's address and the cookie that ties it to this browser. */
  begin(): Promise<{ address: string; cookie: string }>;
  /** The browser arrives at Hilum from the provider's page: another site, so without the session's cookie. */
  arrive(address: string, cookie?: string): Promise<RawAnswer>;
  signIn(options?: Parameters<ProviderBrowser["signIn"]>[1]): Promise<RawAnswer>;
  close(): Promise<void>;
}

export interface SenderWorldOptions {
  grants?(scope: string): boolean;
  accessTokenSeconds?: number;
  certificate?: Partial<CertificateRequest>;
}

export async function openSenderWorld({
  grants,
  accessTokenSeconds = 3600,
  certificate,
}: SenderWorldOptions = {}): Promise<SenderWorld> {
  const authority = await createCertificateAuthority("Provider authority");
  const server = await startTestServer({ env: { HILUM_PORT: String(await freePort()) } });
  const provider = await startSenderProvider(
    authority,
    {
      clients: [{ id: "clinic", secret: clientSecret, redirectUri: `${server.origin}/oauth/callback` }],
      accessTokenSeconds,
      ...(grants === undefined ? {} : { grants }),
    },
    certificate,
  );
  const folder = createSenderFolder(senderManifest(provider));
  const operator = await server.as("administrator");
  const { settings, revision } = await operator.ok("getPlatformSettings");
  const privateRanges = ["127.0.0.0/8", "::1/128"].map((cidr) => ({ cidr, reason: "The provider of these tests" }));
  const authorities = [authority.certificate];
  await operator.ok("savePlatformSettings", {
    body: { settings: { ...settings, privateRanges, authorities }, revision },
  });
  await operator.ok("linkFolder", { body: { path: folder.path } });

  const browsers: ProviderBrowser[] = [];
  const browse = (): ProviderBrowser => {
    const browser = createProviderBrowser(authority.certificate);
    browsers.push(browser);
    return browser;
  };
  async function begin(): Promise<{ address: string; cookie: string }> {
    const begun = await operator.call("startSetupOAuth", { params: { ...sender, step: "sign-in" } });
    if (begun.status !== 200) throw new Error(begun.text);
    const [cookie = ""] = String(begun.headers["set-cookie"]).split(";");
    return { address: (begun.json() as { address: string }).address, cookie };
  }
  const arrive = (address: string, cookie?: string): Promise<RawAnswer> => {
    const { pathname, search } = new URL(address);
    const from = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    return server.nobody().send("GET", `${pathname}${search}`, {
      headers: { ...from, ...(cookie === undefined ? {} : { cookie }) },
    });
  };
  return {
    ...{ server, provider, authority, operator, browse, begin, arrive },
    async signIn(options) {
      const { address, cookie } = await begin();
      return await arrive(await browse().signIn(address, options), cookie);
    },
    async close() {
      for (const browser of browsers) browser.close();
      await server.close();
      await provider.close();
      folder.remove();
    },
  };
}
