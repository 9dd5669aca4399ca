import type { ScaffoldFile } from "@hilum/contract/api";
import { IconCopy, IconFile, IconFolder } from "@tabler/icons-react";
import { useState } from "react";
import { copyText } from "../../shell/copy.ts";

/** Files by folder on the left, the chosen one with its purpose and text on the right. */
export function FileTree({ root, files }: { root: string; files: readonly ScaffoldFile[] }) {
  const [path, setPath] = useState<string>();
  const chosen = files.find((file) => file.path === path) ?? files[0];
  const folders = [...new Set(files.map((file) => folderOf(file.path)))].toSorted();
  return (
    <div className="filetree">
      <nav aria-label="Files" className="files">
        {folders.map((folder) => (
          <div key={folder} role="group" aria-label={folder === "" ? root : folder}>
            <p className="folder">
              <IconFolder size={16} stroke={1.75} aria-hidden />
              <code>{folder === "" ? root : folder}</code>
            </p>
            {files
              .filter((file) => folderOf(file.path) === folder)
              .map((file) => (
                <button
                  key={file.path}
                  type="button"
                  className="file"
                  aria-current={file.path === chosen?.path || undefined}
                  onClick={() => setPath(file.path)}
                >
                  <IconFile size={15} stroke={1.75} aria-hidden />
                  <code>{file.path.slice(folder === "" ? 0 : folder.length + 1)}</code>
                </button>
              ))}
          </div>
        ))}
      </nav>
      {chosen !== undefined && <FileText file={chosen} />}
    </div>
  );
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

function FileText({ file }: { file: ScaffoldFile }) {
  return (
    <section className="filetext" aria-label={file.path}>
      <div className="row between">
        <h3>
          <code>{file.path}</code>
        </h3>
        <button
          type="button"
          className="tbtn"
          aria-label={`Copy ${file.path}`}
          onClick={() => void copyText(file.text, "File copied")}
        >
          <IconCopy size={14} aria-hidden />
          Copy
        </button>
      </div>
      <p className="small dim">{file.purpose}</p>
      <pre className="code" tabIndex={0} role="region" aria-label={`Text of ${file.path}`}>
        {file.text === "" ? "(empty)" : file.text}
      </pre>
    </section>
  );
}
