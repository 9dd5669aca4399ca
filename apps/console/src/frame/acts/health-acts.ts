import type { AnswerById } from "../../api/call.ts";
import type { Acts, ActStand } from "./stand.ts";

export function healthActs(stand: ActStand): Acts<"health.read" | "health.check" | "smoke.run" | "action"> {
  const { about, acted, agreed, call, detail, name, unlessGesture } = stand;
  const withTests = (health: AnswerById<"getPluginHealth">) => ({ ...health, tests: detail.smokeTests });
  return {
    "health.read": async () => withTests(await call("getPluginHealth", about)),
    "health.check": async () => {
      await unlessGesture({
        title: `Check ${name} now?`,
        text: "Hilum asks the plugin for its live checks.",
        confirm: "Check",
      });
      return withTests(await acted(call("checkPluginHealth", about)));
    },
    "smoke.run": async ({ tests }) => {
      const live = detail.smokeTests.filter((test) => test.live && tests?.includes(test.id) === true);
      const isLive = live.length > 0;
      const { recipient } = await unlessGesture({
        title: `Run smoke tests of ${name}?`,
        text: isLive
          ? `This really sends: ${live.map(({ title }) => title).join(", ")}.`
          : "Hilum runs them with the provider. Nothing is sent to anybody.",
        recipient: isLive,
        confirm: isLive ? "Send the test" : "Run",
      });
      const body = { ...(tests !== undefined && { tests }), ...(recipient !== undefined && { recipient }) };
      return await acted(call("runSmokeTests", { ...about, body }));
    },
    action: async ({ action }) => {
      if (action === "restart") {
        await agreed({
          title: `Restart ${name}?`,
          text: "Calls in flight are finished first; a quarantine is lifted.",
          confirm: "Restart",
        });
        await acted(call("restartInstance", about), `${name} was restarted`);
      } else {
        await agreed({
          title: `Disable ${name}?`,
          text: "Calls in flight are finished first. Messages for it wait until it is enabled again.",
          confirm: "Disable",
          danger: true,
        });
        await acted(call("disableInstance", { ...about, body: {} }), `${name} is disabled`);
      }
      return { done: true };
    },
  };
}
