import {
  amendListing,
  changeFile,
  filesOf,
  listingPath,
  publish,
  revocationsPath,
  withRevocation,
  type Repository,
  type Serving,
} from "@hilum/marketplace/sign";
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { call, callBytes } from "../../../api/call.ts";
import { isApiProblem } from "../../../api/api-problem.ts";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useGo } from "../../../shell/go.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { keyRing, useKeyRing } from "../keys/key-ring.ts";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";
import { UnlockKey } from "../keys/unlock-key.tsx";
import { handedIn, publisherSigners, whenOf, type PublishedVersion } from "./signers.ts";

type Kind = "yank" | "deprecate" | "revoke";
const kinds: readonly (readonly [Kind, string, string])[] = [
  ["deprecate", "Advise against it", "It stays in the offer, with your reason beside it."],
  ["yank", "Take it out of the offer", "It is not installed anew; where it runs it goes on."],
  ["revoke", "Take it back as dangerous", "Every Hilum that reads this source says so and, by its policy, stops it."],
];

interface AmendDialogProps {
  repository: Repository;
  serving: Serving;
  version: PublishedVersion;
  onClose(): void;
}

/** What a publisher says of a version after it is out. It is signed and reviewed like a new version. */
export function AmendDialog({ repository, serving, version, onClose }: AmendDialogProps) {
  const held = useKeyRing();
  const go = useGo();
  const work = useWork();
  const submitted = useAct("submitPublication", "Handed in. Two other people decide now.");
  const [kind, setKind] = useState<Kind>("deprecate");
  const [reason, setReason] = useState("");
  const { keys, missing } = publisherSigners(repository, version.publisher, held);
  const { shown, passes } = useFaults("amend", {
    reason: reason.trim().length < 3 ? "Say why, in words for those who run it." : undefined,
  });
  const submit = async (): Promise<void> => {
    if (!passes() || missing > 0) return;
    const publication = await work.run(
      async () => await amend({ repository, version, kind, reason: reason.trim(), keys, serving }),
    );
    if (publication === undefined) return;
    const { publisher, plugin, version: number } = version;
    const done = await submitted.run({
      body: { kind, publisher, plugin, version: number, reason: reason.trim(), publication: handedIn(publication) },
    });
    if (done !== undefined) go("/marketplace/review");
  };
  return (
    <FormDialog
      title={`${version.plugin} ${version.version}`}
      size={600}
      submit="Sign and hand in"
      may={missing > 0 ? { allowed: false, reason: `Unlock the key of ${version.publisher} first.` } : submitted.may}
      running={work.running || submitted.running}
      problem={submitted.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      {isApiProblem(work.error) ? <ApiProblemPanel problem={work.error} /> : <SignProblem error={work.error} />}
      <fieldset className="stack sm">
        <legend className="strong">What you say of it</legend>
        {kinds.map(([value, title, text]) => (
          <Choice
            key={value}
            name="amend"
            title={title}
            text={text}
            checked={kind === value}
            onChoose={() => setKind(value)}
          />
        ))}
      </fieldset>
      <Textarea
        id="amend-reason"
        label="Why"
        description="Shown to everybody who has it or looks at it."
        required
        rows={2}
        maxLength={500}
        value={reason}
        error={shown.reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {missing > 0 && <UnlockKey />}
    </FormDialog>
  );
}

interface Amendment {
  repository: Repository;
  version: PublishedVersion;
  kind: Kind;
  reason: string;
  keys: Parameters<typeof publish>[3];
  serving: Serving;
}

/** The publisher's next list of files, with the one that changes uploaded. */
async function amend({ repository, version: { publisher, plugin, version }, kind, reason, keys, serving }: Amendment) {
  const before = repository.publishers[publisher];
  const files = filesOf(before);
  const path = kind === "revoke" ? revocationsPath(publisher) : listingPath(publisher, plugin, version);
  const digest = files[path]?.hashes.sha256;
  const text =
    digest === undefined
      ? undefined
      : new TextDecoder().decode(await callBytes("getPublishedFile", { params: { digest } }));
  const amended =
    kind === "revoke"
      ? withRevocation(text, { plugin, version, reason, since: new Date().toISOString() })
      : amendListing(text ?? "", kind === "yank" ? { yanked: reason } : { deprecated: reason });
  const bytes = new TextEncoder().encode(amended);
  await call("uploadPublishedFile", { bytes: new Blob([bytes], { type: "application/json" }) });
  const about = kind === "revoke" ? { kind: "revocations" as const } : { kind: "listing" as const, plugin, version };
  keyRing.used();
  return await publish(before, publisher, await changeFile(files, path, bytes, about), keys, whenOf(serving));
}
