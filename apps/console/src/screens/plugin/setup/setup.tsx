import type { SetupSession } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAct, useRead } from "../../../api/use-api.ts";
import { Empty } from "../../../look/pictures.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { actorName, many, moment } from "../../../text/format.ts";
import { instancePart, instanceQuery, PluginPage } from "../plugin-page.tsx";
import { EnableOutcome, type Outcome } from "./enable-outcome.tsx";
import { useWizard } from "./use-wizard.ts";
import { Wizard } from "./wizard.tsx";

const route = getRouteApi("/app/plugins/$plugin/setup");

/** How often a setup that waits for somebody else is read again, in milliseconds. */
const waitingMs = 2000;

const prefixes = { setup: "Set up", reconfigure: "Reconfigure", reauthenticate: "Reauthenticate" } as const;

export function SetupScreen() {
  const { plugin } = route.useParams();
  const { instance = "default" } = route.useSearch();
  // Another instance is another setup: nothing that was typed goes from one to the other.
  return <Setup key={`${plugin}/${instance}`} plugin={plugin} instance={instance} />;
}

function Setup({ plugin, instance }: { plugin: string; instance: string }) {
  const may = useMay("getSetup");
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const [waiting, setWaiting] = useState(false);
  const session = useRead("getSetup", input, { everyMs: waiting ? waitingMs : undefined });
  const wizard = useWizard({ plugin, instance, session: session.data });
  const [outcome, setOutcome] = useState<Outcome>();
  const waits = session.data !== undefined && isWaiting(session.data);
  if (waits !== waiting) setWaiting(waits);
  const mode = session.data?.mode ?? "setup";
  return (
    <PluginPage
      plugin={plugin}
      instance={instance}
      tab="Setup"
      prefix={prefixes[mode]}
      lead={outcome === undefined ? <Lead session={session.data} instance={instance} /> : "The setup is finished."}
      renderActions={(detail) =>
        may.allowed && (detail.hasSetup || detail.hasSettings) && outcome === undefined ? (
          <>
            <StartOver input={input} onDone={wizard.reset} />
            <ActButton running={wizard.keeping} onClick={() => void wizard.leave()}>
              Save and leave
            </ActButton>
          </>
        ) : null
      }
      reads={[session]}
      calls={[["getSetup", input]]}
      offers={["answerSetupStep"]}
    >
      {(detail, shown) => {
        if (!may.allowed) return null;
        if (!detail.hasSetup && !detail.hasSettings) {
          return (
            <section className="panel">
              <Empty
                title="This plugin needs no setup"
                action={
                  <GoButton to={`/plugins/${plugin}/access${instancePart(instance)}`}>Review its access</GoButton>
                }
              >
                Its manifest declares no settings.
              </Empty>
            </section>
          );
        }
        if (outcome !== undefined) return <EnableOutcome outcome={outcome} detail={detail} instance={shown} />;
        return (
          <Loaded query={session} what="the setup">
            {(data) => (
              <Wizard session={data} detail={detail} instance={shown} wizard={wizard} onEnabled={setOutcome} />
            )}
          </Loaded>
        );
      }}
    </PluginPage>
  );
}

/** Somebody at the provider is expected to do something. */
const isWaiting = ({ signIns, checks }: SetupSession): boolean =>
  Object.values(signIns).some(({ state }) => state === "waiting") ||
  Object.values(checks).some(({ waiting }) => waiting !== undefined);

function Lead({ session, instance }: { session: SetupSession | undefined; instance: string }) {
  if (session === undefined) return <>Every answer is kept on the server.</>;
  const { mode, steps, prepare, startedAt, startedBy } = session;
  const left = steps.filter(({ state }) => state !== "done").length;
  const minutes = prepare?.minutes === undefined ? 0 : Math.max(1, Math.round((prepare.minutes * left) / steps.length));
  const begun = Object.values(steps).some(({ answeredBy }) => answeredBy !== undefined);
  return (
    <>
      {instance !== "default" && `Instance “${instance}”. `}
      {mode === "reauthenticate" && "Renew what the provider accepts; every other setting stays. "}
      {mode === "reconfigure" && "Everything is filled in as it is now: change what you want to. "}
      {mode === "setup" && minutes > 0 && `About ${many(minutes, "minute")} left. `}
      Everything you enter is kept if you leave.
      {begun && ` Begun by ${actorName(startedBy)}, ${moment(startedAt)}.`}
    </>
  );
}

function StartOver({
  input,
  onDone,
}: {
  input: { params: { plugin: string }; query: { instance?: string } };
  onDone(): void;
}) {
  const restart = useAct("restartSetup", "Setup started over");
  const [asking, setAsking] = useState(false);
  const confirm = async (): Promise<void> => {
    if ((await restart.run(input)) === undefined) return;
    setAsking(false);
    onDone();
  };
  return (
    <>
      <Button variant="subtle" onClick={() => setAsking(true)}>
        Start over
      </Button>
      {asking && (
        <ConfirmDialog
          title="Start the setup over?"
          confirm="Start over"
          running={restart.running}
          problem={restart.problem}
          onClose={() => setAsking(false)}
          onConfirm={() => void confirm()}
        >
          The answers given in this setup are dropped, and a sign-in that is under way. Settings that were saved before
          stay as they are.
        </ConfirmDialog>
      )}
    </>
  );
}
