import { anyValue, described, flag, list, number, object, oneOf, record, text } from "../json/shape.ts";
import { token } from "./token.ts";

const settingName = { form: /^[A-Za-z][A-Za-z0-9_]{0,63}$/, what: "the name of a setting" } as const;
const setting = text({ max: 64, ...settingName });

const option = object(
  {
    id: token("the id of an option"),
    title: text({ max: 120 }),
    text: text({ max: 500 }),
    set: record(anyValue, { max: 100, ...settingName }),
  },
  { required: ["id", "title"] },
);

/** Members of a step of type `oauth2`. */
const oauthMembers = {
  authorizeUrl: described(
    "Where the browser is sent to sign in (`oauth2`): https, without query. `{config.name}` stands for a setting.",
    text({ max: 500 }),
  ),
  tokenUrl: described(
    "Where Hilum exchanges and refreshes tokens (`oauth2`): https, reached by one of the manifest's own `net:https` scopes.",
    text({ max: 500 }),
  ),
  issuer: described(
    "Issuer identifier of the authorization server (`oauth2`, RFC 9207): with it, an answer that does not name it is refused.",
    text({ max: 500 }),
  ),
  scopes: described(
    "Scopes to ask the provider for (`oauth2`).",
    list(text({ max: 200, form: /^[\x21\x23-\x5b\x5d-\x7e]+$/, what: "one scope, without blanks" }), {
      max: 50,
      unique: [],
    }),
  ),
  clientId: described("The setting that holds the client id (`oauth2`).", setting),
  clientSecret: described("The secret that holds the client secret (`oauth2`); a public client has none.", setting),
  into: described(
    "The secret that holds what the sign-in brings (`oauth2`). Hilum keeps and refreshes it; no form asks for it.",
    setting,
  ),
};

const step = object(
  {
    id: token("the id of a step"),
    type: oneOf(["form", "menu", "oauth2", "check", "test"]),
    title: text({ max: 120 }),
    text: text({ max: 2000, multiline: true }),
    help: described("Shown on request, beside the step.", text({ max: 4000, multiline: true })),
    link: described("A page of the provider that is of use in this step: an https address.", text({ max: 500 })),
    fields: described(
      "Settings asked in this step (`form`).",
      list(text({ max: 64 }), { min: 1, max: 100, unique: [] }),
    ),
    discover: described(
      "Settings of the form whose values the plugin lists when it is asked `setup.discover`. Others may still be typed.",
      record(oneOfTrue(), { max: 20, ...settingName }),
    ),
    check: described("True for a `form` whose answers are tried before the next step opens.", flag),
    options: described("Choices of a `menu`: each sets settings.", list(option, { min: 1, max: 20, unique: ["id"] })),
    ...oauthMembers,
    waitsForHook: described(
      "Id of the hook at which a call of the provider must arrive for a `check` or `test` to pass.",
      token("the id of a hook"),
    ),
    when: described(
      "The step is asked only while another setting has one of these values.",
      object({ setting, in: list(anyValue, { min: 1, max: 50 }) }, { required: ["setting", "in"] }),
    ),
  },
  { required: ["id", "type", "title"] },
);

function oneOfTrue() {
  return {
    rules: { kind: "true" },
    schema: { const: true },
    check: (value: unknown, pointer: string, report: (pointer: string, message: string, fix?: string) => void) => {
      if (value !== true) report(pointer, "must be true", "Write true, or leave the setting out.");
    },
  };
}

/** `setup` of the manifest. */
export const setupShape = object(
  {
    minutes: described("How long it takes.", number({ min: 1, max: 480, integer: true })),
    have: described("What to have ready.", list(text({ max: 200 }), { max: 20 })),
    steps: list(step, { min: 1, max: 30, unique: ["id"] }),
  },
  { required: ["steps"] },
);
