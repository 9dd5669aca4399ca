import { Dialog } from "./dialog.tsx";

const keys: readonly (readonly [string, string])[] = [
  ["Ctrl K", "Search or run an action"],
  ["?", "This sheet"],
  ["/", "Search in the page"],
  ["g d", "Dashboard"],
  ["g r", "Repairs"],
  ["g p", "Plugins"],
  ["g k", "Marketplace"],
  ["g m", "Messages"],
  ["g a", "Audit"],
  ["g u", "Users"],
  ["g s", "Settings"],
  ["[ and ]", "Previous and next item"],
  ["Ctrl Enter", "Submit the form you are in"],
  ["Esc", "Close what is on top"],
];

/** The keyboard sheet and where help stands; the same in every page (WCAG 3.2.6). */
export function HelpSheet({ onClose }: { onClose(): void }) {
  return (
    <Dialog onClose={onClose} title="Keyboard and help">
      <dl className="kv">
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className="small dim" style={{ marginTop: 14 }}>
        On a Mac, use Command instead of Ctrl. Keys without Ctrl can be turned off in Account, Preferences.
      </p>
    </Dialog>
  );
}
