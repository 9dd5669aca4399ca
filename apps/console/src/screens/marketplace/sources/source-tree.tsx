import type { MarketplaceSource } from "@hilum/contract/api";
import { Button, Textarea } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { KeyValue } from "../../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { copyText } from "../../../shell/copy.ts";
import { many, moment } from "../../../text/format.ts";
import { verdictSaid, type Compared } from "./tree-verdict.ts";

/** The tree of every package that the source ever published, to be compared with what another hospital was shown. */
export function SourceTree({ source: { id, title, log, refreshedAt } }: { source: MarketplaceSource }) {
  if (log === undefined)
    return refreshedAt === undefined ? null : (
      <p className="small dim">
        It keeps no log of its packages: nobody can see whether others are shown different ones. Its policy may ask for
        one.
      </p>
    );
  const witnesses = log.witnesses.map(({ name, at }) => `${name}, ${moment(at)}`).join("; ");
  return (
    <details className="help">
      <summary>
        Log of {many(log.size, "package")}, {log.witnesses.length === 0 ? "not witnessed" : "witnessed"}
      </summary>
      <div className="stack md">
        <KeyValue
          rows={{
            Root: <code className="mono">{log.root}</code>,
            "Read first": moment(log.since),
            "Witnessed by": witnesses === "" ? "nobody that this source’s policy names" : witnesses,
          }}
        />
        <div className="row">
          <Button
            aria-label={`Copy the tree of ${title}`}
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() => void copyText(log.checkpoint, "The tree is copied")}
          >
            Copy the tree
          </Button>
        </div>
        <CompareForm source={id} title={title} />
      </div>
    </details>
  );
}

function CompareForm({ source, title }: { source: string; title: string }) {
  const compare = useAct("compareSourceTree", undefined, { refresh: false });
  const [checkpoint, setCheckpoint] = useState("");
  const [found, setFound] = useState<Compared>();
  return (
    <div className="stack sm">
      <Textarea
        label={`Tree of ${title} that another hospital read`}
        description="Paste what they copied there."
        autosize
        minRows={3}
        spellCheck={false}
        value={checkpoint}
        onChange={(event) => {
          setCheckpoint(event.currentTarget.value);
          setFound(undefined);
        }}
      />
      <div className="row">
        <ActButton
          may={compare.may}
          running={compare.running}
          label={`Compare the trees of ${title}`}
          onClick={() => void compare.run({ params: { source }, body: { checkpoint } }).then(setFound)}
        >
          Compare
        </ActButton>
      </div>
      {compare.problem !== null && <ApiProblemPanel problem={compare.problem} />}
      <div role="status">{found !== undefined && <Verdict found={found} />}</div>
    </div>
  );
}

function Verdict({ found }: { found: Compared }) {
  const { tone, title, text } = verdictSaid(found);
  return (
    <Advice tone={tone} title={title}>
      {text}
    </Advice>
  );
}
