import type { ConfigSchema } from "@hilum/contract";
import type { SetupSession } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { ApiProblem } from "../../../api/api-problem.ts";
import { useAct } from "../../../api/use-api.ts";
import { useGo } from "../../../shell/go.tsx";
import { changedNames, emptyDraft, type Draft } from "@hilum/sdk/ui";
import { focusField } from "../config-fields.tsx";
import { instancePart, instanceQuery } from "../plugin-page.tsx";

const route = getRouteApi("/app/plugins/$plugin/setup");

export type Step = SetupSession["steps"][number];

/** What a person does in a setup, from step to step. What was typed and not sent stays with its step. */
export interface WizardState {
  step: Step | undefined;
  /** Place of the step, from 0. */
  at: number;
  /** True when the person moved here: then the step's heading takes the focus. */
  moved: boolean;
  /** The setting to which a Fix led. */
  field: string | undefined;
  draft: Draft;
  setDraft(draft: Draft): void;
  running: boolean;
  keeping: boolean;
  problem: ApiProblem | null;
  /** Goes to a step; what was typed here is kept on the server. */
  open(id: string, field?: string): Promise<void>;
  /** Goes to the step that asks for a setting, and to the setting. */
  fix(name: string): Promise<void>;
  /** Answers the step and, where nothing stands in the way, goes on. */
  next(given?: { option?: string; recipient?: string }): Promise<void>;
  /** Lists what a setting may be, with the answers so far. */
  discover(field: string): Promise<void>;
  leave(): Promise<void>;
  reset(): void;
}

export function useWizard({
  plugin,
  instance,
  session,
}: {
  plugin: string;
  instance: string;
  session: SetupSession | undefined;
}): WizardState {
  const { step: asked, field } = route.useSearch();
  const navigate = route.useNavigate();
  const go = useGo();
  const answer = useAct("answerSetupStep");
  const goTo = useAct("goToSetupStep");
  const list = useAct("discoverSetupOptions");
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});

  const steps = session?.steps ?? [];
  const reachable = steps.some(({ id, reachable: can }) => can && id === asked);
  const current = reachable ? asked : session?.current;
  const at = steps.findIndex(({ id }) => id === current);
  const step = steps[at];
  const draft = drafts[step?.id ?? ""] ?? emptyDraft;
  const place = { params: { plugin }, query: instanceQuery(instance) };
  const show = (id: string, name?: string): void =>
    void navigate({
      search: ({ field: _left, ...search }) => ({ ...search, step: id, ...(name !== undefined && { field: name }) }),
    });

  /** What was typed in the step that is left; nothing where nothing was. */
  const kept = () =>
    step === undefined || session === undefined || changedNames(draft).length === 0
      ? {}
      : { kept: { step: step.id, ...stepBody(session, step, draft) } };
  /** Drops what was sent, and nothing that was typed meanwhile. */
  const forget = (id: string, sent: Draft): void =>
    setDrafts((now) => {
      const { [id]: typed, ...rest } = now;
      return typed === sent ? rest : now;
    });
  const moveTo = async (id: string): Promise<SetupSession | undefined> => {
    goTo.reset();
    answer.reset();
    const moved = await goTo.run({ ...place, body: { step: id, ...kept() } });
    if (moved !== undefined && step !== undefined) forget(step.id, draft);
    return moved;
  };

  const state: WizardState = {
    step,
    at,
    moved: asked !== undefined,
    field,
    draft,
    setDraft: (next) => step !== undefined && setDrafts((now) => ({ ...now, [step.id]: next })),
    running: answer.running || list.running,
    keeping: goTo.running,
    problem: answer.problem ?? goTo.problem ?? list.problem,
    async open(id, name) {
      if ((await moveTo(id)) !== undefined) show(id, name);
    },
    async fix(name) {
      const chooses = steps.find(({ sets }) => sets.includes(name));
      const asking = steps.find(({ fields }) => fields.includes(name));
      // A choice has no field of its own: its step is where to go.
      if (asking === undefined && chooses !== undefined) return await state.open(chooses.id);
      const asks = asking?.id ?? step?.id ?? "summary";
      if (asks !== step?.id) return await state.open(asks, name);
      show(asks, name);
      focusField(name);
    },
    async next({ option, recipient } = {}) {
      if (session === undefined || step === undefined) return;
      goTo.reset();
      const next = await answer.run({
        params: { plugin, step: step.id },
        query: instanceQuery(instance),
        body: {
          ...stepBody(session, step, draft),
          ...(option !== undefined && { option }),
          ...(recipient !== undefined && recipient !== "" && { recipient }),
        },
      });
      if (next === undefined) return;
      forget(step.id, draft);
      const check = next.checks[step.id];
      // What a check found is read before going on.
      const stays = step.type === "check" || step.type === "test" || check?.ok === false;
      const following = next.steps[at + 1];
      if (stays || following === undefined) show(step.id);
      else show(following.id);
    },
    async discover(name) {
      if (session === undefined || step === undefined) return;
      const listed = await list.run({
        params: { plugin, step: step.id },
        query: instanceQuery(instance),
        body: { field: name, ...stepBody(session, step, draft) },
      });
      if (listed !== undefined) forget(step.id, draft);
    },
    async leave() {
      if (step !== undefined && changedNames(draft).length > 0 && (await moveTo(step.id)) === undefined) return;
      go(`/plugins/${plugin}${instancePart(instance)}`);
    },
    reset: () => {
      setDrafts({});
      answer.reset();
      goTo.reset();
      void navigate({ search: ({ step: _step, field: _field, ...search }) => search });
    },
  };
  return state;
}

/** What the step sends: its values as they stand, and secrets only where something was typed. */
function stepBody(session: SetupSession, step: Step, draft: Draft): Draft {
  const schema = session.schema as ConfigSchema | null;
  const values: Record<string, unknown> = {};
  for (const name of step.fields) {
    if (schema?.properties[name]?.secret === true) continue;
    const value =
      name in draft.values ? draft.values[name] : (session.values[name] ?? schema?.properties[name]?.default);
    if (value !== undefined) values[name] = value;
    else if (name in draft.values) values[name] = "";
  }
  const secrets = Object.fromEntries(Object.entries(draft.secrets).filter(([, value]) => value !== ""));
  return { values, secrets };
}
