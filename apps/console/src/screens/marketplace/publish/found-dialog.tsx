import {
  foundRepository,
  proposeRoot,
  signProposal,
  checkSignatures,
  countSignatures,
  type Serving,
} from "@hilum/marketplace/sign";
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Advice } from "../../../look/problem.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { notify } from "../../../shell/notices.ts";
import { useFaults } from "../../../shell/use-faults.ts";
import { keyRing, useKeyRing } from "../keys/key-ring.ts";
import type { PublicHalf } from "../keys/public-half.ts";
import { saveProposal } from "../keys/root-proposal-panel.tsx";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";
import { UnlockKey } from "../keys/unlock-key.tsx";
import { KeysField, withHalf } from "./keys-field.tsx";
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
        return "proposed";
      }
      await checkSignatures(byMe);
      const keys = { targets: keyOf("targets"), snapshot: keyOf("snapshot"), timestamp: keyOf("timestamp") };
      return await foundRepository(byMe.proposed, keys, whenOf(serving));
    });
    if (begun === undefined) return;
    if (begun === "proposed") {
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
      <KeysField
        id="found-root"
        label="Root keys"
        description="With several people. Whoever adds this source compares their fingerprint."
        known={known}
        chosen={rootIds}
        threshold={threshold}
        error={shown.root}
        onChoose={setRootIds}
        onThreshold={setThreshold}
        onAdd={(half) => setOthers(withHalf(others, half))}
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
