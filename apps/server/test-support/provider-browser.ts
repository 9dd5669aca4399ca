import { Agent, request } from "node:https";

/** A browser as far as a sign-in needs one: it follows redirects within a provider, keeps cookies and sends forms. */
export interface ProviderBrowser {
  /** Opens an address and does what a person does there; answers the address to which the provider sends the browser. */
  signIn(address: string, options?: { user?: string; password?: string; refuse?: boolean }): Promise<string>;
  close(): void;
}

interface Page {
  url: string;
  status: number;
  location: string | undefined;
  text: string;
}

const hopsMax = 10;

export function createProviderBrowser(ca: string): ProviderBrowser {
  const agent = new Agent({ ca });
  const cookies = new Map<string, string>();

  function send(url: string, form?: Record<string, string>): Promise<Page> {
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          agent,
          method: body === undefined ? "GET" : "POST",
          headers: {
            cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
            ...(body === undefined
              ? {}
              : { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) }),
          },
        },
        (answer) => {
          for (const cookie of answer.headers["set-cookie"] ?? []) {
            const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
            cookies.set(name, value);
          }
          let text = "";
          answer.setEncoding("utf8").on("data", (part: string) => (text += part));
          answer.once("end", () =>
            resolve({ url, status: answer.statusCode ?? 0, location: answer.headers.location, text }),
          );
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
  }

  return {
    async signIn(address, { user = "ana", password = "the password at the provider", refuse = false } = {}) {
      const { origin } = new URL(address);
      let page = await send(address);
      for (let hop = 0; hop < hopsMax; hop++) {
        if (page.location !== undefined) {
          const next = new URL(page.location, page.url);
          if (next.origin !== origin) return next.href;
          page = await send(next.href);
        } else if (page.text.includes('name="user"')) {
          if (page.text.includes("Wrong user name")) throw new Error("the provider refused user name and password");
          page = await send(page.url, { act: refuse ? "refuse" : "go", user, password });
        } else if (page.text.includes("Allow access?")) {
          page = await send(page.url, { act: refuse ? "refuse" : "go" });
        } else throw new Error(`the provider answered ${page.status}: ${page.text.slice(0, 300)}`);
      }
      throw new Error("the provider sent the browser round in circles");
    },
    close: () => agent.destroy(),
  };
}
