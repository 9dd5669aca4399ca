import {
  foundRepository,
  mergeProposals,
  parseProposal,
  proposeRoot,
  signProposal,
  takeRoot,
  type Repository,
  type Serving,
} from "@hilum/marketplace/sign";
import { FileButton } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { notify } from "../../../shell/notices.ts";
import { useFaults } from "../../../shell/use-faults.ts";
import { keyRing, useKeyRing } from "../keys/key-ring.ts";
import type { PublicHalf } from "../keys/public-half.ts";
import { saveProposal } from "../keys/root-proposal-panel.tsx";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";
import { KeysField, withHalf } from "./keys-field.tsx";
import { signed, signersFor, whenOf } from "./signers.ts";

/** Takes in a root that enough people have signed: the first one, or the one that follows. */
export function TakeRoot({ repository, serving }: { repository: Repository | undefined; serving: Serving }) {
  const held = useKeyRing();
  const put = useAct("publishRepository", "The new root is taken in");
  const work = useWork();
  const take = async (files: readonly File[]): Promise<void> => {
    const next = await work.run(async () => {
      const [first, ...rest] = await Promise.all(files.map(async (file) => parseProposal(await file.text())));
      if (first === undefined) return undefined;
      const proposal = mergeProposals([first, ...rest]);
      const { keys } = signersFor({ root: proposal.proposed }, held, []);
      keyRing.used();
      return repository === undefined
        ? await foundRepository(proposal.proposed, keys, whenOf(serving))
        : await takeRoot(repository, proposal, keys, whenOf(serving));
    });
    if (next !== undefined)
      await put.run({ body: { repository: signed(next), basis: repository?.timestamp.signed.version ?? 0 } });
  };
  return (
    <div className="stack sm">
      <SignProblem error={work.error} />
      {put.problem !== null && <ApiProblemPanel problem={put.problem} />}
      <div className="row">
        <FileButton
          multiple
          accept=".json,application/json"
          onChange={(files) => void take(files)}
          inputProps={{ "aria-label": "Go on from a signed root", tabIndex: -1 }}
        >
          {(props) => (
            <ActButton
              {...props}
              may={put.may}
              running={work.running || put.running}
              blocked={held.length === 0 ? "Unlock the snapshot and timestamp keys first." : undefined}
            >
              Go on from a signed root
            </ActButton>
          )}
        </FileButton>
      </div>
    </div>
  );
}

interface ChangeRootDialogProps {
  repository: Repository;
  serving: Serving;
  onClose(): void;
}

/** Proposes whose keys are root keys from now on: for a key that was lost or stolen, or a person who left. */
export function ChangeRootDialog({ repository, serving, onClose }: ChangeRootDialogProps) {
  const held = useKeyRing();
  const work = useWork();
  const { roles, keys } = repository.root.signed;
  const [others, setOthers] = useState<readonly PublicHalf[]>([]);
  const [ids, setIds] = useState<readonly string[]>(roles.root.keyids);
  const [threshold, setThreshold] = useState(roles.root.threshold);
  const titleOf = (id: string): string =>
    [...held.map(({ key, file }) => ({ id: key.id, title: file.title })), ...others].find((one) => one.id === id)
      ?.title ?? "A root key of now";
  const publicOf = Object.fromEntries([
    ...Object.entries(keys),
    ...held.map(({ key }) => [key.id, key.public] as const),
    ...others.map((one) => [one.id, one.public] as const),
  ]);
  const known = [...new Set([...roles.root.keyids, ...held.map(({ key }) => key.id), ...others.map(({ id }) => id)])];
  const { shown, passes } = useFaults("root", {
    keys: ids.length < threshold ? `Choose at least ${threshold}.` : undefined,
  });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const proposal = await work.run(async () => {
      const signers = (list: readonly string[], needed: number) => ({
        keys: list.flatMap((id) => (publicOf[id] === undefined ? [] : [{ id, public: publicOf[id] }])),
        threshold: needed,
      });
      const proposed = proposeRoot(
        repository.root,
        {
          root: signers(ids, threshold),
          targets: signers(roles.targets.keyids, roles.targets.threshold),
          snapshot: signers(roles.snapshot.keyids, roles.snapshot.threshold),
          timestamp: signers(roles.timestamp.keyids, roles.timestamp.threshold),
        },
        whenOf(serving),
      );
      const mine = held.map(({ key }) => key).filter(({ id }) => ids.includes(id) || roles.root.keyids.includes(id));
      keyRing.used();
      return mine.length === 0 ? proposed : await signProposal(proposed, mine);
    });
    if (proposal === undefined) return;
    saveProposal(proposal);
    notify("The proposed root is saved. Hand it to the others, then go on from it here.");
    onClose();
  };
  return (
    <FormDialog
      title="Change the root keys"
      size={620}
      submit="Propose and save"
      running={work.running}
      problem={null}
      onSubmit={submit}
      onClose={onClose}
    >
      <SignProblem error={work.error} />
      <p className="dim">
        Enough of the keys of now and enough of the new ones sign it, each where the key is. Who added this source
        follows by itself.
      </p>
      <KeysField
        id="root-keys"
        label="Root keys from now on"
        known={known.map((id) => ({ id, title: titleOf(id) }))}
        chosen={ids}
        threshold={threshold}
        error={shown.keys}
        onChoose={setIds}
        onThreshold={setThreshold}
        onAdd={(half) => setOthers(withHalf(others, half))}
      />
    </FormDialog>
  );
}
