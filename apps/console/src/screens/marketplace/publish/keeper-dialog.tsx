import type { Submission } from "@hilum/contract/api";
import {
  renew,
  renewTargets,
  takePublication,
  type Metadata,
  type Repository,
  type Serving,
  type Targets,
} from "@hilum/marketplace/sign";
import { useAct } from "../../../api/use-api.ts";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { keyRing, useKeyRing } from "../keys/key-ring.ts";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";
import { submissionKindTitles } from "../market-words.ts";
import { RoleKeys } from "./role-keys.tsx";
import { signed, signersFor, whenOf } from "./signers.ts";

interface KeeperDialogProps {
  repository: Repository;
  serving: Serving;
  approved: readonly Submission[];
  /** The list of publishers expires soon: it is signed anew too. */
  targetsDue: boolean;
  onClose(): void;
}

/** Takes in what two people approved and signs the marketplace, or signs it anew before it expires. */
export function KeeperDialog({ repository, serving, approved, targetsDue, onClose }: KeeperDialogProps) {
  const held = useKeyRing();
  const work = useWork();
  const put = useAct(
    "publishRepository",
    approved.length === 0 ? "The marketplace is signed anew" : `${approved.length} taken in and published`,
  );
  const roles = targetsDue ? (["targets", "snapshot", "timestamp"] as const) : (["snapshot", "timestamp"] as const);
  const { keys, missing } = signersFor(repository, held, roles);
  const submit = async (): Promise<void> => {
    if (missing.length > 0) return;
    const next = await work.run(async () => {
      const when = whenOf(serving);
      keyRing.used();
      let now = targetsDue ? await renewTargets(repository, keys, when) : repository;
      for (const { publisher, publication } of approved)
        now = await takePublication(now, publisher, publication as unknown as Metadata<Targets>, keys, when);
      return approved.length === 0 && !targetsDue ? await renew(now, keys, when) : now;
    });
    if (next === undefined) return;
    const done = await put.run({ body: { repository: signed(next), basis: repository.timestamp.signed.version } });
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog
      title={approved.length === 0 ? "Sign the marketplace anew?" : `Take in ${approved.length} and publish?`}
      size={600}
      submit={approved.length === 0 ? "Sign it" : "Sign and publish"}
      may={missing.length > 0 ? { allowed: false, reason: `Unlock the keys of ${missing.join(", ")} first.` } : put.may}
      running={work.running || put.running}
      problem={put.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <SignProblem error={work.error} />
      {approved.length > 0 && (
        <ul className="stack sm">
          {approved.map(({ id, kind, name, version, publisher }) => (
            <li key={id}>
              {submissionKindTitles[kind]}: <b className="strong">{name}</b> {version}{" "}
              <span className="small dim">of {publisher}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="dim">
        {targetsDue && "The list of publishers is signed anew too. "}
        You sign in this browser. The server holds what you signed to every rule that a client does, then writes it.
      </p>
      <RoleKeys repository={repository} roles={roles} />
    </FormDialog>
  );
}
