import "../marketplace.css";
import type { OwnMarketplace } from "@hilum/contract/api";
import type { Repository, Serving } from "@hilum/marketplace/sign";
import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconChevronDown, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { MenuAct } from "../../../shell/menu-act.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { many } from "../../../text/format.ts";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { Fingerprint } from "../sources/fingerprint.tsx";
import { FoundDialog } from "./found-dialog.tsx";
import { ChangeRootDialog, TakeRoot } from "./root-dialogs.tsx";
import { fingerprintOf, toSign } from "./signers.ts";
import { KeeperPanel } from "./keeper-panel.tsx";
import { PublishedPanel } from "./published-panel.tsx";
import { PublishersPanel } from "./publishers-panel.tsx";

export function OwnMarketplaceScreen() {
  return (
    <Guarded operation="getOwnMarketplace" title="Publish">
      <Own />
    </Guarded>
  );
}

/** The organisation's own marketplace: what is published, who may publish, and what its keeper has to sign. */
function Own() {
  const own = useRead("getOwnMarketplace", {}, { everyMs: 15_000 });
  const [serving, setServing] = useState<Serving>("signed-weekly");
  const repository = own.data?.repository === undefined ? undefined : toSign(own.data.repository);
  return (
    <Page
      title="Publish"
      lead="Your organisation’s own marketplace: static files that any web server or stick can carry. Keys stay with people; the server only keeps what is signed."
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      tabs={<MarketplaceTabs at="Publish" />}
      reads={[own]}
      calls={[
        ["getOwnMarketplace"],
        ["listSubmissions", { query: { state: "approved" } }],
        ["getPublishedFile", { params: { digest: "0".repeat(64) } }],
      ]}
      offers={["publishRepository", "submitPublication"]}
      actions={
        repository === undefined ? undefined : (
          <GoButton to="/marketplace/publish/new" leftSection={<IconUpload size={17} aria-hidden />}>
            Hand in a version
          </GoButton>
        )
      }
    >
      <Loaded query={own} what="your marketplace">
        {(data) =>
          repository === undefined ? (
            <NotYet folder={data.folder} serving={serving} />
          ) : (
            <Marketplace own={data} repository={repository} serving={serving} onServing={setServing} />
          )
        }
      </Loaded>
    </Page>
  );
}

function NotYet({ folder, serving }: { folder: string; serving: Serving }) {
  const may = useMay("publishRepository");
  const [founding, setFounding] = useState(false);
  return (
    <Panel
      flush
      label="Your marketplace"
      foot={
        <span>
          Its files will lie in <code>{folder}</code>
        </span>
      }
    >
      <Empty
        title="You have no marketplace yet"
        action={
          <ActButton variant="filled" may={may} onClick={() => setFounding(true)}>
            Begin a marketplace
          </ActButton>
        }
        more={<Go to="/marketplace/keys">Make keys first</Go>}
      >
        With one, plugins of your own reach every Hilum of your organisation, signed, reviewed by two people, and with a
        way back.
      </Empty>
      <div style={{ padding: "0 20px 20px", justifyItems: "center" }} className="stack">
        <TakeRoot repository={undefined} serving={serving} />
      </div>
      {founding && <FoundDialog onClose={() => setFounding(false)} />}
    </Panel>
  );
}

interface MarketplaceProps {
  own: OwnMarketplace;
  repository: Repository;
  serving: Serving;
  onServing(serving: Serving): void;
}

function Marketplace({ own, repository, serving, onServing }: MarketplaceProps) {
  return (
    <div className="grid">
      <div className="stack lg">
        <KeeperPanel own={own} repository={repository} serving={serving} onServing={onServing} />
        <PublishedPanel repository={repository} serving={serving} />
        <PublishersPanel own={own} repository={repository} serving={serving} />
      </div>
      <div className="stack lg">
        <Identity own={own} repository={repository} />
        <RootPanel repository={repository} serving={serving} />
      </div>
    </div>
  );
}

/** What others compare when they add it, and where its files lie. */
function Identity({ own, repository }: { own: OwnMarketplace; repository: Repository }) {
  const { version, roles } = repository.root.signed;
  const fingerprint = useQuery({
    queryKey: ["own-fingerprint", version, roles.root.keyids],
    queryFn: async () => await fingerprintOf(repository),
  });
  return (
    <Panel title="Its fingerprint">
      <div className="stack sm">
        <p className="small dim">Tell it to whoever adds this source, by another way than the files.</p>
        {fingerprint.data !== undefined && (
          <Fingerprint value={fingerprint.data} label="Fingerprint of your marketplace" />
        )}
        <p className="small">
          {many(roles.root.keyids.length, "root key")}, {roles.root.threshold} must sign. Root version {version}.
        </p>
        <p className="small">
          Files: <code>{own.folder}</code>
        </p>
        <p className="small dim">Serve this folder as it is, or copy it to a static host or a stick.</p>
      </div>
    </Panel>
  );
}

function RootPanel({ repository, serving }: { repository: Repository; serving: Serving }) {
  const [changing, setChanging] = useState(false);
  return (
    <Panel
      title="Root keys"
      end={
        <Menu position="bottom-end" width={260}>
          <Menu.Target>
            <Button size="compact-sm" rightSection={<IconChevronDown size={15} aria-hidden />}>
              Change
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <MenuAct onClick={() => setChanging(true)}>Propose other root keys</MenuAct>
          </Menu.Dropdown>
        </Menu>
      }
    >
      <div className="stack sm">
        <p className="small dim">
          For a key that was lost or stolen, or a person who left. Each signs where the own key is; what enough have
          signed is taken in here.
        </p>
        <TakeRoot repository={repository} serving={serving} />
      </div>
      {changing && <ChangeRootDialog repository={repository} serving={serving} onClose={() => setChanging(false)} />}
    </Panel>
  );
}
