import {
  countSignatures,
  describeProposal,
  mergeProposals,
  parseProposal,
  signProposal,
  type RootProposal,
} from "@hilum/marketplace/sign";
import { FileButton } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { saveFile } from "../../../api/call.ts";
import { Panel } from "../../../look/panel.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { notify } from "../../../shell/notices.ts";
import { shortHash } from "../../../text/format.ts";
import { keyRing, useKeyRing } from "./key-ring.ts";
import { SignProblem, useWork } from "./sign-problem.tsx";

interface Shown {
  proposal: RootProposal;
  count: Awaited<ReturnType<typeof countSignatures>>;
}

/** A root that several persons sign, each where the own key is: it goes round as a file. */
export function RootProposalPanel() {
  const held = useKeyRing();
  const work = useWork();
  const [shown, setShown] = useState<Shown>();
  const show = async (proposal: RootProposal): Promise<void> =>
    setShown({ proposal, count: await countSignatures(proposal) });
  const open = (files: readonly File[]): void =>
    void work.run(async () => {
      const [first, ...rest] = await Promise.all(files.map(async (file) => parseProposal(await file.text())));
      if (first !== undefined) await show(mergeProposals([first, ...rest]));
    });
  const rootKeys = held.filter(({ key }) => shown !== undefined && signsRoot(shown.proposal, key.id));
  const sign = (): void =>
    void work.run(async () => {
      if (shown === undefined) return;
      const signed = await signProposal(
        shown.proposal,
        rootKeys.map(({ key }) => key),
      );
      keyRing.used();
      await show(signed);
      saveProposal(signed);
      notify("Signed and saved. Hand the file on to the next person.");
    });
  return (
    <Panel title="Sign a root that goes round">
      <div className="stack md">
        <p className="dim">
          Where more than one person must sign, the proposed root is a file. Open it, read what it changes, add your
          signature, and hand it on. Several copies that were signed apart are put together.
        </p>
        <SignProblem error={work.error} />
        <div className="row">
          <FileButton
            multiple
            accept=".json,application/json"
            onChange={(files) => open(files)}
            inputProps={{ "aria-label": "Open a proposed root", tabIndex: -1 }}
          >
            {(props) => <ActButton {...props}>Open a proposed root</ActButton>}
          </FileButton>
        </div>
        {shown !== undefined && (
          <>
            <ProposalFacts shown={shown} />
            <div className="row">
              <ActButton
                variant="filled"
                running={work.running}
                leftSection={<IconSignature size={16} aria-hidden />}
                blocked={rootKeys.length === 0 ? "Unlock a root key of this marketplace first." : undefined}
                onClick={sign}
              >
                {rootKeys.length < 2 ? "Sign and save" : `Sign with ${rootKeys.length} keys and save`}
              </ActButton>
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}

function ProposalFacts({ shown: { proposal, count } }: { shown: Shown }) {
  const changes = describeProposal(proposal);
  const counts = [
    ["Keys of this root", count.own],
    ["Keys of the root before", count.before],
  ] as const;
  return (
    <div className="stack sm">
      <h3>Root version {proposal.proposed.signed.version}</h3>
      <ul className="diff">
        {changes.map(({ role, added, removed, threshold }) => (
          <li key={role}>
            <span aria-hidden>·</span>
            <span>
              <b className="strong">{role}</b>: {added.length > 0 && `${added.map(shortHash).join(", ")} new. `}
              {removed.length > 0 && `${removed.map(shortHash).join(", ")} gone. `}
              {threshold.after} must sign{threshold.before === undefined ? "" : `, before ${threshold.before}`}.
            </span>
          </li>
        ))}
      </ul>
      {counts.map(([label, one]) =>
        one === null ? null : (
          <p key={label}>
            {label}: {one.signed.length} of {one.needed} have signed{one.enough ? ", which is enough." : "."}
          </p>
        ),
      )}
    </div>
  );
}

const signsRoot = ({ before, proposed }: RootProposal, id: string): boolean =>
  [proposed, before].some((root) => root?.signed.roles.root.keyids.includes(id) === true);

export function saveProposal(proposal: RootProposal): void {
  saveFile(
    new Blob([JSON.stringify(proposal, undefined, 2)], { type: "application/json" }),
    `root-${proposal.proposed.signed.version}.proposal.json`,
  );
}
