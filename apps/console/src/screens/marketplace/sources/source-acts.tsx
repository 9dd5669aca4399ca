import type { MarketplaceSource, SourceRefresh } from "@hilum/contract/api";
import { Button, FileButton, Menu } from "@mantine/core";
import { IconChevronDown, IconDownload, IconRefresh } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useAct, useDownload } from "../../../api/use-api.ts";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { MenuAct } from "../../../shell/menu-act.tsx";
import { many } from "../../../text/format.ts";
import { ChangeSourceDialog } from "./change-source-dialog.tsx";

interface SourceActsProps {
  source: MarketplaceSource;
  /** The one that is asked before it; absent for the first. */
  above: MarketplaceSource | undefined;
  below: MarketplaceSource | undefined;
  onRefreshed(outcome: SourceRefresh): void;
}

/** What came of reading, as a sentence. */
export function refreshSaid({ source, added, changed, removed, skipped }: SourceRefresh): string {
  const parts = [
    added > 0 && `${many(added, "version")} new`,
    changed > 0 && `${changed} changed`,
    removed > 0 && `${removed} gone`,
    skipped.length > 0 && `${skipped.length} passed over`,
  ].filter((part) => part !== false);
  return `${source.title} was read: ${parts.length === 0 ? "nothing is new" : parts.join(", ")}`;
}

export function SourceActs({ source, above, below, onRefreshed }: SourceActsProps) {
  const params = { source: source.id };
  const refresh = useAct("refreshSource", refreshSaid);
  const move = useAct("changeSource", "The order is saved");
  const remove = useAct("removeSource", `${source.title} is no source any more`);
  const upload = useAct("uploadMirror", undefined, { refresh: false });
  const take = useAct("takeMirror", refreshSaid);
  const save = useDownload(
    "exportMirror",
    { params },
    `${source.id}.mirror.zip`,
    `The mirror of ${source.title} is saved`,
  );
  const [dialog, setDialog] = useState<"change" | "remove">();
  const choose = useRef<HTMLButtonElement>(null);
  const close = (): void => setDialog(undefined);
  const swap = async (other: MarketplaceSource): Promise<void> => {
    const first = await move.run(placed(source, other.precedence));
    if (first !== undefined) await move.run(placed(other, source.precedence));
  };
  const takeIn = async (file: File | null): Promise<void> => {
    if (file === null) return;
    const kept = await upload.run({ bytes: file });
    const outcome = kept === undefined ? undefined : await take.run({ params, body: { mirror: kept.mirror } });
    if (outcome !== undefined) onRefreshed(outcome);
  };
  const problem = refresh.problem ?? move.problem ?? upload.problem ?? take.problem ?? save.problem;
  const reason = (may: { allowed: boolean; reason?: string }, other?: string): string | undefined =>
    may.allowed ? other : may.reason;
  return (
    <>
      {problem !== null && (
        <div style={{ flex: "1 1 100%" }}>
          <ApiProblemPanel problem={problem} />
        </div>
      )}
      <ActButton
        compact
        may={refresh.may}
        running={refresh.running}
        label={`Read again: ${source.title}`}
        leftSection={<IconRefresh size={16} aria-hidden />}
        onClick={() => void refresh.run({ params }).then((outcome) => outcome !== undefined && onRefreshed(outcome))}
      >
        Read again
      </ActButton>
      <ActButton
        compact
        may={save.may}
        running={save.running}
        label={`Export mirror of ${source.title}`}
        leftSection={<IconDownload size={16} aria-hidden />}
        onClick={() => void save.start()}
      >
        Export mirror
      </ActButton>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button rightSection={<IconChevronDown size={16} aria-hidden />} aria-label={`More for ${source.title}`}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <MenuAct blocked={reason(move.may)} onClick={() => setDialog("change")}>
            Change name and policy
          </MenuAct>
          <MenuAct
            blocked={reason(move.may, above === undefined ? "It is asked first already." : undefined)}
            onClick={() => above !== undefined && void swap(above)}
          >
            Ask it earlier
          </MenuAct>
          <MenuAct
            blocked={reason(move.may, below === undefined ? "It is asked last already." : undefined)}
            onClick={() => below !== undefined && void swap(below)}
          >
            Ask it later
          </MenuAct>
          <MenuAct
            blocked={reason(
              take.may,
              source.kind === "air_gapped"
                ? undefined
                : "It is read where it lies; only a source that is carried here takes mirrors.",
            )}
            onClick={() => choose.current?.click()}
          >
            Take in a newer mirror
          </MenuAct>
          <Menu.Divider />
          <MenuAct blocked={reason(remove.may)} onClick={() => setDialog("remove")}>
            Remove this source
          </MenuAct>
        </Menu.Dropdown>
      </Menu>
      <FileButton
        accept=".zip"
        onChange={(file) => void takeIn(file)}
        inputProps={{ "aria-label": "A newer mirror", tabIndex: -1 }}
      >
        {(props) => (
          <button {...props} ref={choose} type="button" className="vh" tabIndex={-1} aria-hidden>
            Choose a newer mirror
          </button>
        )}
      </FileButton>
      {dialog === "change" && <ChangeSourceDialog source={source} onClose={close} />}
      {dialog === "remove" && (
        <ConfirmDialog
          title={`Remove ${source.title}?`}
          confirm="Remove the source"
          danger
          reason="required"
          running={remove.running}
          problem={remove.problem}
          onClose={close}
          onConfirm={(why) =>
            void remove.run({ params, body: { reason: why } }).then((done) => done !== undefined && close())
          }
        >
          What was installed from it stays and runs, and gets no updates and no word when a version is taken back.
          Adding it again takes comparing its fingerprint anew.
        </ConfirmDialog>
      )}
    </>
  );
}

const placed = ({ id, title, policy, revision }: MarketplaceSource, precedence: number) => ({
  params: { source: id },
  body: { title, policy, revision, precedence },
});
