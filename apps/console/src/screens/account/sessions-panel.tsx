import { useAct, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { exactly, moment } from "../../text/format.ts";

export function SessionsPanel() {
  const sessions = useRead("listSessions", {});
  const end = useAct("endSession", "Session ended");
  return (
    <Panel title="Where you are signed in" flush>
      {end.problem !== null && (
        <div style={{ padding: "0 20px 14px" }}>
          <ApiProblemPanel problem={end.problem} />
        </div>
      )}
      <Loaded query={sessions} what="your sessions">
        {({ items }) => (
          <ul>
            {items.map((session) => (
              <li key={session.id} className="ev" style={{ gridTemplateColumns: "minmax(0, 1fr) auto" }}>
                <div>
                  <div className="t1">
                    {session.client} {session.current && <span className="tag">this one</span>}
                  </div>
                  <div className="t2">
                    Since {exactly(session.startedAt)}, last used {moment(session.lastSeenAt)}
                  </div>
                </div>
                <div className="end">
                  {!session.current && (
                    <ActButton
                      size="compact-sm"
                      running={end.running}
                      label={`End the session on ${session.client}`}
                      onClick={() => void end.attempt({ params: { session: session.id } })}
                    >
                      End
                    </ActButton>
                  )}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}
