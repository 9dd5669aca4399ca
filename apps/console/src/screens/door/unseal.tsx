import { getRouteApi } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { hasCode } from "../../api/api-problem.ts";
import { call } from "../../api/call.ts";
import { useAct } from "../../api/use-api.ts";
import { PasswordField } from "../../look/password-field.tsx";
import { Advice, ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { hrefOf } from "../../shell/go.tsx";
import { ownPlace } from "../../text/safe-links.ts";
import { Door } from "./door.tsx";

const route = getRouteApi("/unseal");
const askEveryMs = 500;
const openWithinMs = 60_000;

/** A start that waits for its passphrase, or for the server that keeps its key. */
export function UnsealScreen() {
  const { next } = route.useSearch();
  const unseal = useAct("unseal", undefined, { refresh: false });
  const [passphrase, setPassphrase] = useState("");
  const [opening, setOpening] = useState<"no" | "yes" | "late">("no");
  const enter = async (): Promise<void> => {
    setOpening("yes");
    // Loaded anew: nothing that was asked of the sealed server counts any more.
    if (await isOpen()) location.assign(hrefOf(ownPlace(next)));
    else setOpening("late");
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await unseal.attempt({ body: passphrase === "" ? {} : { passphrase } })) await enter();
  };
  const isOpenAlready = hasCode(unseal.problem, "key.not_sealed");
  return (
    <Door
      title="Hilum is sealed"
      lead="What is kept here cannot be read, and nothing is sent or received, until the key is there."
    >
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {unseal.problem !== null && !isOpenAlready && <ApiProblemPanel problem={unseal.problem} />}
        {opening === "late" && (
          <Advice title="It takes longer than it should.">
            The key is right, and Hilum does not answer yet. What it waits for stands in its process log.
          </Advice>
        )}
        <PasswordField
          label="Passphrase"
          description="Leave it empty if the key is on a key server: that is then asked again now."
          name="passphrase"
          autoComplete="current-password"
          autoFocus
          maxLength={256}
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
        />
        <div className="row">
          <ActButton type="submit" variant="filled" running={unseal.running || opening === "yes"}>
            Unseal
          </ActButton>
          {isOpenAlready && (
            <ActButton variant="subtle" onClick={() => location.assign(hrefOf(ownPlace(next)))}>
              Go on: it is open
            </ActButton>
          )}
        </div>
        {opening === "yes" && <p role="status">The key is right. Hilum is opening.</p>}
      </form>
    </Door>
  );
}

async function isOpen(): Promise<boolean> {
  for (const until = Date.now() + openWithinMs; Date.now() < until;) {
    const health = await call("getHealth").catch(() => undefined);
    if (health?.status === "ok") return true;
    await new Promise((resolve) => {
      window.setTimeout(resolve, askEveryMs);
    });
  }
  return false;
}
