import "../marketplace.css";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Empty, StepList, type Step } from "../../../look/pictures.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { useAccount } from "../../../session/account.ts";
import { forgetDraft, keepDraft, readDraft, type Draft, type StepId } from "./hand-in-draft.ts";
import { ListingStep } from "./listing-step.tsx";
import { PackageStep } from "./package-step.tsx";
import { PreviewStep } from "./preview-step.tsx";
import { SignStep } from "./sign-step.tsx";
import { toSign } from "./signers.ts";

const route = getRouteApi("/app/marketplace/publish/new");
const order = [
  ["package", "Package: validate, conformance, pack"],
  ["listing", "What is new"],
  ["preview", "Preview of the listing"],
  ["sign", "Sign and hand in"],
] as const satisfies readonly (readonly [StepId, string])[];

export function HandInScreen() {
  const { plugin } = route.useSearch();
  return (
    <Guarded operation="submitPublication" title="Hand in a version">
      <HandIn key={plugin} plugin={plugin} />
    </Guarded>
  );
}

/** Publishes a version, step by step: every step can be gone back to, with what was said kept, also over a reload. */
function HandIn({ plugin }: { plugin: string | undefined }) {
  const own = useRead("getOwnMarketplace", {});
  const { id: user } = useAccount();
  const [draft, setDraft] = useState<Draft>(() => readDraft(sessionStorage, { user, plugin }));
  useEffect(() => keepDraft(sessionStorage, { user, plugin }, draft), [user, plugin, draft]);
  const { at } = draft;
  const setAt = (step: StepId): void => setDraft((now) => ({ ...now, at: step }));
  const reached = draft.preview !== undefined ? 3 : draft.chosen !== undefined ? 1 : 0;
  const place = order.findIndex(([id]) => id === at);
  const steps: Step[] = order.map(([id, title], index) => ({
    ...{ id, title, reachable: index <= reached },
    state: id === at ? "current" : index < place ? "done" : "open",
  }));
  return (
    <Page
      title="Hand in a version"
      lead="Signed by its publisher in this browser, approved by two other people, published by the keeper."
      crumbs={[
        { text: "Marketplace", to: "/marketplace" },
        { text: "Publish", to: "/marketplace/publish" },
      ]}
      reads={[own]}
      calls={[
        ["packPlugin", { params: { plugin: plugin ?? "com.example.plugin" } }],
        ["uploadPublishedFile"],
        ["previewPublication", { body: { publisher: "com.example", package: "0".repeat(64), security: false } }],
        ["submitPublication", { body: { kind: "version", publisher: "com.example", plugin: "com.example.plugin" } }],
      ]}
      offers={["submitPublication"]}
    >
      <Loaded query={own} what="your marketplace">
        {({ repository }) =>
          repository === undefined ? (
            <Panel flush label="Hand in">
              <Empty
                title="There is no marketplace to hand it to"
                action={<GoButton to="/marketplace/publish">Begin one</GoButton>}
              >
                An administrator begins the marketplace and lets its publishers in.
              </Empty>
            </Panel>
          ) : (
            <div className="grid wizard">
              <div className="stack lg">
                {at === "package" && (
                  <PackageStep
                    folder={draft.folder ?? plugin}
                    run={draft.run}
                    chosen={draft.chosen}
                    onFolder={(folder, run) =>
                      setDraft(({ run: _before, ...rest }) => ({ ...rest, folder, ...(run !== undefined && { run }) }))
                    }
                    onNext={(chosen) => setDraft((now) => ({ ...withoutPreview(now), chosen, at: "listing" }))}
                  />
                )}
                {at === "listing" && draft.chosen !== undefined && (
                  <ListingStep
                    chosen={draft.chosen}
                    said={draft.said}
                    publishers={(toSign(repository).targets.signed.delegations?.roles ?? []).map(({ name }) => name)}
                    onSaid={(said) => setDraft((now) => ({ ...withoutPreview(now), said }))}
                    onNext={(said, preview) => setDraft((now) => ({ ...now, said, preview, at: "preview" }))}
                  />
                )}
                {at === "preview" && draft.preview !== undefined && (
                  <PreviewStep preview={draft.preview} onBack={() => setAt("listing")} onNext={() => setAt("sign")} />
                )}
                {at === "sign" &&
                  draft.preview !== undefined &&
                  draft.chosen !== undefined &&
                  draft.said !== undefined && (
                    <SignStep
                      repository={toSign(repository)}
                      chosen={draft.chosen}
                      publisher={draft.said.publisher}
                      preview={draft.preview}
                      onDone={() => forgetDraft(sessionStorage)}
                    />
                  )}
              </div>
              <Panel title="Steps" foot={<Go to="/marketplace/review">What was handed in</Go>}>
                <StepList steps={steps} onOpen={(id) => setAt(id as StepId)} />
              </Panel>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

/** A preview is one of what was chosen and said: where that changes it is made anew. */
function withoutPreview({ preview: _preview, ...rest }: Draft): Draft {
  return rest;
}
