import "../marketplace.css";
import type { PublicationPreview } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Empty, StepList, type Step } from "../../../look/pictures.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import type { Chosen } from "./package-step.tsx";
import { PackageStep } from "./package-step.tsx";
import { ListingStep, type Said } from "./listing-step.tsx";
import { PreviewStep } from "./preview-step.tsx";
import { SignStep } from "./sign-step.tsx";
import { toSign } from "./signers.ts";

const route = getRouteApi("/app/marketplace/publish/new");
const order = [
  ["package", "Package: validate, conformance, pack"],
  ["listing", "What is new"],
  ["preview", "Preview of the listing"],
  ["sign", "Sign and hand in"],
] as const;
type StepId = (typeof order)[number][0];

/** What was chosen and made so far. It lives in this tab: a package and a preview are made again in a moment. */
export interface Draft {
  chosen?: Chosen;
  said?: Said;
  preview?: PublicationPreview;
}

export function HandInScreen() {
  return (
    <Guarded operation="submitPublication" title="Hand in a version">
      <HandIn />
    </Guarded>
  );
}

/** Publishes a version, step by step: every step can be gone back to, with what was said kept. */
function HandIn() {
  const { plugin } = route.useSearch();
  const own = useRead("getOwnMarketplace", {});
  const [draft, setDraft] = useState<Draft>({});
  const [at, setAt] = useState<StepId>("package");
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
                    plugin={plugin}
                    chosen={draft.chosen}
                    onNext={(chosen) => {
                      setDraft({ ...(draft.said && { said: draft.said }), chosen });
                      setAt("listing");
                    }}
                  />
                )}
                {at === "listing" && draft.chosen !== undefined && (
                  <ListingStep
                    chosen={draft.chosen}
                    said={draft.said}
                    publishers={(toSign(repository).targets.signed.delegations?.roles ?? []).map(({ name }) => name)}
                    onNext={(said, preview) => {
                      setDraft({ ...draft, said, preview });
                      setAt("preview");
                    }}
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
