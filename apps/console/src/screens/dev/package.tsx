import type { PackagePreview, Plugin } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconCopy, IconPackageExport } from "@tabler/icons-react";
import { useDownload, useRead } from "../../api/use-api.ts";
import { KeyValue, Panel, TableRegion } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { copyText } from "../../shell/copy.ts";
import { Go } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { bytes, many, shortDigest } from "../../text/format.ts";
import { DevPage } from "./dev-page.tsx";
import { ForLinked, useSubject } from "./subject.tsx";

const route = getRouteApi("/app/dev/package");

/** What the package of a linked folder would hold, and the package. */
export function PackageScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const subject = useSubject(search);
  const params = { plugin: subject.plugin?.id ?? "com.example.plugin" };
  return (
    <DevPage
      tab="Package"
      title="Package"
      lead="One file that holds the plugin: the same folder gives the same bytes, so that anybody can check it."
      search={subject.search}
      guard="previewPackage"
      reads={[subject.query]}
      calls={[
        ["previewPackage", { params }],
        ["packPlugin", { params }],
      ]}
    >
      <ForLinked
        subject={subject}
        onChoose={(next) => void navigate({ search: next, replace: true })}
        otherwise="A package is made of the folder that a plugin is developed in. Link it, or choose another plugin above."
      >
        {(plugin) => <PackageView key={plugin.id} plugin={plugin} />}
      </ForLinked>
    </DevPage>
  );
}

function PackageView({ plugin }: { plugin: Plugin }) {
  const preview = useRead("previewPackage", { params: { plugin: plugin.id } });
  return (
    <Loaded query={preview} what="what the package would hold">
      {(data) => (
        <div className="grid">
          <FileTable preview={data} />
          <Download plugin={plugin} preview={data} />
        </div>
      )}
    </Loaded>
  );
}

function Download({ plugin, preview }: { plugin: Plugin; preview: PackagePreview }) {
  const { name } = preview;
  const pack = useDownload("packPlugin", { params: { plugin: plugin.id } }, name, `${name} downloaded`);
  return (
    <Panel title="The package">
      <div className="stack md">
        <KeyValue
          rows={{
            File: <code>{preview.name}</code>,
            Size: bytes(preview.bytes),
            "SHA-256": <code>{preview.digest}</code>,
            Signature: "None yet: its publisher signs it when it is handed in",
          }}
        />
        {pack.problem !== null && <ApiProblemPanel problem={pack.problem} />}
        <div className="row">
          <ActButton
            variant="filled"
            may={pack.may}
            running={pack.running}
            leftSection={<IconPackageExport size={16} aria-hidden />}
            onClick={() => void pack.start()}
          >
            Pack and download
          </ActButton>
          <button type="button" className="tbtn" onClick={() => void copyText(preview.digest, "Digest copied")}>
            <IconCopy size={14} aria-hidden />
            Copy the digest
          </button>
          <Go to={`/marketplace/publish/new?plugin=${encodeURIComponent(plugin.id)}`}>
            Hand it in to your marketplace
          </Go>
        </div>
      </div>
    </Panel>
  );
}

function FileTable({ preview: { files } }: { preview: PackagePreview }) {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <Panel
      title="What it holds"
      flush
      foot={
        <span>
          {many(files.length, "file")}, {bytes(total)}.
        </span>
      }
    >
      <TableRegion label="Files of the package" minWidth={420}>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" className="r">
              Size
            </th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ path, bytes: size, digest }) => (
            <tr key={path}>
              <th scope="row">
                <code>{path}</code>
              </th>
              <td className="r num nowrap">{bytes(size)}</td>
              <td>
                <code className="small dim">{shortDigest(digest)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
    </Panel>
  );
}
