import {
  IconFileCode,
  IconFlask,
  IconListCheck,
  IconPackage,
  IconPencil,
  IconPlayerPlay,
  IconRefresh,
} from "@tabler/icons-react";
import { Go } from "../../shell/go.tsx";

const steps = [
  ["Scaffold", "A folder whose own tests pass at once", "/dev/scaffold", IconFileCode],
  ["Change", "In the editor that you like; the manifest here too", "/dev/manifest", IconPencil],
  ["Reload", "Each saved file starts the plugin anew", "/dev/reload", IconRefresh],
  ["Try", "Made-up messages in test mode, each frame in sight", "/dev/fixtures", IconFlask],
  ["Judge", "Conformance, case by case, as a file to show", "/dev/conformance", IconListCheck],
  ["Enable", "Set up, decide its access, run its smoke tests", "/plugins", IconPlayerPlay],
  ["Pack", "One file, the same bytes for the same folder", "/dev/package", IconPackage],
] as const;

/** What a developer does, in its order, on one vessel: each stop leads to its tool. */
export function Loop() {
  return (
    <ol className="loop" aria-label="From an idea to a package">
      {steps.map(([title, text, to, Icon]) => (
        <li key={title}>
          <Go to={to}>
            <span className="stop" aria-hidden>
              <Icon size={19} stroke={1.75} />
            </span>
            <span className="t1">{title}</span>
            <span className="t2">{text}</span>
          </Go>
        </li>
      ))}
    </ol>
  );
}
