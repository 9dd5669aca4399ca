import type { PublicationPreview } from "@hilum/contract/api";
import { addFiles, filesOf, publish, type Repository, type Serving } from "@hilum/marketplace/sign";
import { NativeSelect } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { useGo } from "../../../shell/go.tsx";
import { keyRing, useKeyRing } from "../keys/key-ring.ts";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";
import { UnlockKey } from "../keys/unlock-key.tsx";
import { holdToPackage } from "./hold-to-package.ts";
import type { Chosen } from "./package-step.tsx";
import { handedIn, publisherSigners, servingTitles, whenOf } from "./signers.ts";

interface SignStepProps {
  repository: Repository;
  chosen: Chosen;
  publisher: string;
  preview: PublicationPreview;
  onDone(): void;
}

/** Signs the publisher's next list of files in this browser, and hands it in. */
export function SignStep({ repository, chosen, publisher, preview, onDone }: SignStepProps) {
  const held = useKeyRing();
  const go = useGo();
  const work = useWork();
  const upload = useAct("uploadPublishedFile", undefined, { refresh: false });
  const submit = useAct("submitPublication", "Handed in. Two other people decide now.");
  const [serving, setServing] = useState<Serving>("signed-weekly");
  const { keys, missing } = publisherSigners(repository, publisher, held);
  const { plugin, version, name } = preview.detail;
  const sign = async (): Promise<void> => {
    const publication = await work.run(async () => {
      await holdToPackage(preview, chosen);
      const before = repository.publishers[publisher];
      keyRing.used();
      return await publish(before, publisher, addFiles(filesOf(before), preview.files), keys, whenOf(serving));
    });
    if (publication === undefined) return;
    const listing = await upload.run({ bytes: new Blob([preview.listing], { type: "application/json" }) });
    if (listing === undefined) return;
    const done = await submit.run({
      body: { kind: "version", publisher, plugin, version, publication: handedIn(publication) },
    });
    if (done === undefined) return;
    onDone();
    go("/marketplace/review");
  };
  const problem = upload.problem ?? submit.problem;
  return (
    <Panel title="Sign and hand in">
      <div className="stack md">
        {problem !== null && <ApiProblemPanel problem={problem} />}
        <SignProblem error={work.error} />
        <KeyValue
          rows={{
            Version: `${name} ${version}`,
            "Signed as": publisher,
            With:
              keys.length === 0
                ? undefined
                : held
                    .filter(({ key }) => keys.includes(key))
                    .map(({ file }) => file.title)
                    .join(", "),
          }}
        />
        {missing > 0 && (
          <>
            <p>
              It takes {missing === 1 ? "a key" : `${missing} keys`} of {publisher}. Unlock{" "}
              {missing === 1 ? "it" : "them"} here; {missing === 1 ? "it stays" : "they stay"} in this tab.
            </p>
            <UnlockKey />
          </>
        )}
        <NativeSelect
          label="How long the signature holds"
          maw={320}
          value={serving}
          data={Object.entries(servingTitles).map(([value, label]) => ({ value, label }))}
          onChange={(event) => setServing(event.currentTarget.value as Serving)}
        />
        <div className="row">
          <ActButton
            variant="filled"
            may={submit.may}
            running={work.running || upload.running || submit.running}
            blocked={missing > 0 ? `Unlock the key of ${publisher} first.` : undefined}
            leftSection={<IconSignature size={16} aria-hidden />}
            onClick={() => void sign()}
          >
            Sign and hand in
          </ActButton>
        </div>
      </div>
    </Panel>
  );
}
