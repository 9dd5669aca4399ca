// The package brings no types; a project that imports this file must find ours.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./oidc-provider.d.ts" />
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Interaction, Provider } from "oidc-provider";

export interface SignInPageOptions {
  users: Readonly<Record<string, string>>;
  grants?(scope: string): boolean;
}

/** The page of the provider: sign in, then allow or refuse. Plain HTML, as a person with a keyboard uses it. */
export function signInPage(provider: Provider, { users, grants = () => true }: SignInPageOptions) {
  async function allow(request: IncomingMessage, response: ServerResponse, interaction: Interaction): Promise<void> {
    const { params, session, grantId, prompt } = interaction;
    const grant =
      (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
      new provider.Grant({ accountId: session?.accountId ?? "", clientId: params.client_id });
    const asked = prompt.details.missingOIDCScope ?? [];
    const granted = asked.filter((scope) => scope === "openid" || grants(scope));
    grant.addOIDCScope(granted.join(" "));
    // What is not granted is asked for again and again, unless it is said to be refused.
    grant.rejectOIDCScope(asked.filter((scope) => !granted.includes(scope)).join(" "));
    await provider.interactionFinished(
      request,
      response,
      { consent: { grantId: await grant.save() } },
      { mergeWithLastSubmission: true },
    );
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const interaction = await provider.interactionDetails(request, response);
      const form = request.method === "POST" ? await readForm(request) : undefined;
      if (form?.get("act") === "refuse")
        return await provider.interactionFinished(
          request,
          response,
          { error: "access_denied", error_description: "The account holder said no" },
          { mergeWithLastSubmission: false },
        );
      if (interaction.prompt.name === "consent")
        return form === undefined
          ? show(response, consentForm(interaction))
          : await allow(request, response, interaction);
      const [user, password] = [form?.get("user") ?? "", form?.get("password") ?? ""];
      if (form === undefined) return show(response, signInForm(""));
      if (users[user] === undefined || users[user] !== password)
        return show(response, signInForm("<p>Wrong user name or password.</p>"));
      return await provider.interactionFinished(
        request,
        response,
        { login: { accountId: user } },
        { mergeWithLastSubmission: false },
      );
    } catch (error) {
      response.writeHead(400, { "content-type": "text/plain" }).end(String(error));
    }
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return new URLSearchParams(body);
}

function show(response: ServerResponse, content: string): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Example provider</title></head>
<body><main>${content}</main></body></html>`);
}

const signInForm = (said: string): string => `<h1>Sign in to the example provider</h1>${said}
<form method="post">
<p><label for="user">User name</label> <input id="user" name="user" autocomplete="off"></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="off"></p>
<p><button name="act" value="go">Sign in</button> <button name="act" value="refuse">Cancel</button></p>
</form>`;

const consentForm = ({ prompt, params }: Interaction): string => `<h1>Allow access?</h1>
<p>${params.client_id} asks for: ${(prompt.details.missingOIDCScope ?? []).join(", ")}.</p>
<form method="post">
<p><button name="act" value="go">Allow</button> <button name="act" value="refuse">Refuse</button></p>
</form>`;
