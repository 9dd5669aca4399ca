import {
  foundRepository,
  proposeRoot,
  signProposal,
  checkSignatures,
  countSignatures,
  type Serving,
} from "@hilum/marketplace/sign";
import { Checkbox, FileButton, NativeSelect, NumberInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Advice } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { notify } from "../../../shell/notices.ts";
import { useFaults } from "../../../shell/use-faults.ts";
import { keyRing, useKeyRing } from "../keys/key-ring.ts";
import { parsePublicHalf, type PublicHalf } from "../keys/public-half.ts";
import { saveProposal } from "../keys/root-proposal-panel.tsx";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";
import { UnlockKey } from "../keys/unlock-key.tsx";
import { roleTitles, servingTitles, signed, whenOf } from "./signers.ts";

const daily = ["targets", "snapshot", "timestamp"] as const;
type Daily = (typeof daily)[number];

/** Begins the organisation's own marketplace: whose keys sign which of its roles. */
export function FoundDialog({ onClose }: { onClose(): void }) {
  const held = useKeyRing();
  const put = useAct("publishRepository", "The marketplace is begun. Let its publishers in.");
  const work = useWork();
  const [serving, setServing] = useState<Serving>("signed-weekly");
  const [others, setOthers] = useState<readonly PublicHalf[]>([]);
  const [rootIds, setRootIds] = useState<readonly string[]>([]);
  const [threshold, setThreshold] = useState(1);
  const [chosen, setChosen] = useState<Partial<Record<Daily, string>>>({});
  const known = [
    ...held.map(({ key: { id, public: half }, file: { title, test } }) => ({ id, public: half, title, test })),
    ...others.filter((one) => !held.some(({ key }) => key.id === one.id)),
  ];
  const idOf = (role: Daily): string | undefined => chosen[role] ?? held[0]?.key.id;
  const { shown, passes } = useFaults("found", {
    root: rootIds.length < threshold ? `Choose at least ${threshold}.` : undefined,
    targets: idOf("targets") === undefined ? "Unlock a key first." : undefined,
  });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const begun = await work.run(async () => {
      const rootKeys = known.filter(({ id }) => rootIds.includes(id));
      const keyOf = (role: Daily) => held.filter(({ key }) => key.id === idOf(role)).map(({ key }) => key);
      const one = (role: Daily) => ({ keys: keyOf(role), threshold: 1 });
      const proposal = proposeRoot(
        undefined,
        {
          root: { keys: rootKeys, threshold },
          ...{ targets: one("targets"), snapshot: one("snapshot"), timestamp: one("timestamp") },
        },
        { ...whenOf(serving), test: rootKeys.some(({ test }) => test) },
      );
      const mine = held.filter(({ key }) => rootIds.includes(key.id)).map(({ key }) => key);
      const byMe = await signProposal(proposal, mine);
      keyRing.used();
      if (!(await countSignatures(byMe)).own.enough) {
        saveProposal(byMe);
        return undefined;
      }
      await checkSignatures(byMe);
      const keys = { targets: keyOf("targets"), snapshot: keyOf("snapshot"), timestamp: keyOf("timestamp") };
      return await foundRepository(byMe.proposed, keys, whenOf(serving));
    });
    if (work.error !== undefined) return;
    if (begun === undefined) {
      notify("The proposed root is saved. When enough people have signed it, go on from it here.");
      return onClose();
    }
    const done = await put.run({ body: { repository: signed(begun), basis: 0 } });
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog
      title="Begin a marketplace"
      size={680}
      submit={
        rootIds.filter((id) => held.some(({ key }) => key.id === id)).length < threshold
          ? "Propose the root"
          : "Begin it"
      }
      may={put.may}
      running={work.running || put.running}
      problem={put.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <SignProblem error={work.error} />
      {held.length === 0 && (
        <Advice tone="info" title="No key is unlocked.">
          Make keys under Keys first, or unlock one here.
        </Advice>
      )}
      <NativeSelect
        label="How it is served"
        description="The longer nobody signs, the later a frozen copy is noticed."
        value={serving}
        data={Object.entries(servingTitles).map(([value, label]) => ({ value, label }))}
        onChange={(event) => setServing(event.currentTarget.value as Serving)}
      />
      <Checkbox.Group
        id="found-root"
        label="Root keys"
        description="With several people. Whoever adds this source compares their fingerprint."
        value={[...rootIds]}
        error={shown.root}
        onChange={setRootIds}
      >
        <div className="stack sm" style={{ marginTop: 8 }}>
          {known.length === 0 && <p className="small dim">None yet: unlock one, or add its public half.</p>}
          {known.map(({ id, title }) => (
            <Checkbox key={id} value={id} label={title} description={<code>{id.slice(0, 16)}…</code>} />
          ))}
        </div>
      </Checkbox.Group>
      <AddHalf onAdd={(half) => setOthers([...others.filter(({ id }) => id !== half.id), half])} />
      <NumberInput
        label="How many of them must sign"
        min={1}
        max={Math.max(1, rootIds.length)}
        allowDecimal={false}
        w={220}
        value={threshold}
        onChange={(value) => setThreshold(Number(value) || 1)}
      />
      {daily.map((role) => (
        <NativeSelect
          key={role}
          id={`found-${role}`}
          label={`${roleTitles[role]} key`}
          value={idOf(role) ?? ""}
          error={role === "targets" ? shown.targets : undefined}
          data={held.map(({ key, file }) => ({ value: key.id, label: file.title }))}
          onChange={(event) => setChosen({ ...chosen, [role]: event.currentTarget.value })}
        />
      ))}
      <details className="help">
        <summary>Unlock another key</summary>
        <UnlockKey />
      </details>
    </FormDialog>
  );
}

/** Takes the public half of somebody else's key. */
export function AddHalf({ onAdd }: { onAdd(half: PublicHalf): void }) {
  const work = useWork();
  const add = (file: File | null): void => {
    if (file === null) return;
    void work
      .run(async () => await parsePublicHalf(await file.text()))
      .then((half) => half !== undefined && onAdd(half));
  };
  return (
    <div className="stack sm">
      <SignProblem error={work.error} />
      <div className="row">
        <FileButton
          accept=".json,application/json"
          onChange={add}
          inputProps={{ "aria-label": "Add the public half of a key", tabIndex: -1 }}
        >
          {(props) => <ActButton {...props}>Add the public half of a key</ActButton>}
        </FileButton>
        <span className="small dim">Of somebody who signs elsewhere: a .public.json file</span>
      </div>
    </div>
  );
}
