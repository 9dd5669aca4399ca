import type { ManifestReview } from "@hilum/contract/api";
import { Textarea } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import { useQuery } from "@tanstack/react-query";
import type { ApiProblem } from "../../api/api-problem.ts";
import { call } from "../../api/call.ts";
import { useAct } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { useGo } from "../../shell/go.tsx";
import { nextPage } from "./next-page.ts";
import { Review } from "./review.tsx";

const example = `{
  "id": "com.example.plugin",
  "name": "Example Plugin",
  "capabilities": ["send_messages", "store_records"]
}`;
const settleMs = 400;

const effects: Record<ManifestReview["effect"], string> = {
  new: "It would be registered as a new plugin, with no rights.",
  same: "It is registered already, exactly so: nothing would change.",
  revision: "It differs from what is registered: it would wait as a revision until it is approved.",
  refused: "It would be refused.",
};

/** A manifest is checked while it is typed, and read back in plain words before it is registered. */
export function PasteManifest() {
  const [text, setText] = useState("");
  const settled = useSettled(text);
  const mayCheck = useMay("checkManifest");
  const check = useQuery<ManifestReview, ApiProblem>({
    queryKey: ["checkManifest", settled],
    queryFn: () => call("checkManifest", { body: { text: settled } }),
    enabled: settled.trim() !== "" && mayCheck.allowed,
    placeholderData: (previous) => previous,
  });
  const register = useAct("registerPlugin");
  const go = useGo();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await register.run({ body: JSON.parse(text) as Record<string, unknown> });
    if (answer === undefined) return;
    go("plugin" in answer ? nextPage(answer.plugin, answer.next) : "/plugins");
  };
  const review = text.trim() === "" ? undefined : check.data;
  return (
    <div className="grid even">
      <Panel title="Manifest">
        <form className="stack md" onSubmit={(event) => void submit(event)}>
          <Textarea
            label="Manifest (hilum.json)"
            description="Three fields are enough: id, name, capabilities."
            rows={16}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--hl-mono)", fontSize: "0.8125rem" } }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className="row">
            <ActButton
              type="submit"
              variant="filled"
              may={mayCheck}
              running={register.running}
              blocked={
                review?.valid === true && settled === text
                  ? undefined
                  : text === ""
                    ? "Paste a manifest first."
                    : review === undefined || settled !== text
                      ? "Checking…"
                      : "Mend the named places first."
              }
            >
              Register
            </ActButton>
            {text === "" && (
              <ActButton variant="subtle" onClick={() => setText(example)}>
                Fill in an example
              </ActButton>
            )}
          </div>
          {register.problem !== null && <ApiProblemPanel problem={register.problem} />}
        </form>
      </Panel>
      <Panel title="What Hilum reads">
        <div aria-live="polite">
          {check.error !== null && <ApiProblemPanel problem={check.error} />}
          {review === undefined ? (
            <p className="dim">
              What the plugin is, can do and asks for appears here while you type, with the place and the mend of what
              is wrong.
            </p>
          ) : (
            <div className="stack md">
              <p className="strong">{effects[review.effect]}</p>
              <Review review={review} />
            </div>
          )}
        </div>
      </Panel>
    </div>
  );
}

/** The text once the person paused. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), settleMs);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
