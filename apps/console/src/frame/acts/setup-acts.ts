import type { ConfigSchema } from "@hilum/contract";
import { secretFields } from "./settings-acts.ts";
import { secretsOf, type Acts, type ActStand } from "./stand.ts";

export const setupActs = ({
  about,
  acted,
  agreed,
  call,
  name,
  unlessGesture,
}: ActStand): Acts<"setup.read" | "setup.answer" | "setup.finish" | "setup.restart"> => ({
  "setup.read": () => call("getSetup", about),
  "setup.answer": async ({ step, values, secrets = [], option }) => {
    const { schema } = await call("getSetup", about);
    const answered = await unlessGesture({
      title: `Keep answers of the setup of ${name}?`,
      text: "They are kept on the server; a step that checks asks the provider.",
      secrets: secretFields(schema as ConfigSchema | null, secrets),
      confirm: "Keep them",
    });
    const body = { values, ...secretsOf(answered), ...(option !== undefined && { option }) };
    return await acted(call("answerSetupStep", { params: { ...about.params, step }, query: about.query, body }));
  },
  "setup.finish": async () => {
    await agreed({
      title: `Save the setup of ${name}?`,
      text: "The answers given in the setup become the settings. They apply at once.",
      confirm: "Save these settings",
    });
    return await acted(call("finishSetup", about), "Settings saved");
  },
  "setup.restart": async () => {
    await agreed({
      title: `Start the setup of ${name} over?`,
      text: "The answers given in this setup are dropped. Settings that were saved before stay as they are.",
      confirm: "Start over",
    });
    return await acted(call("restartSetup", about), "Setup started over");
  },
});
