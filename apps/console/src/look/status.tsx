import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconCircleArrowUp,
  IconCircleCheck,
  IconCircleDashed,
  IconClock,
  IconClockExclamation,
  IconEye,
  IconEyeOff,
  IconHelpCircle,
  IconInfoCircle,
  IconLoader,
  IconLock,
  IconLockExclamation,
  IconPin,
  IconPlayerPause,
  IconRosetteDiscountCheck,
  IconSend,
  IconShieldUp,
  IconTestPipe,
  IconTool,
  IconTrash,
  IconUrgent,
  IconXboxX,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tone } from "./tokens.ts";

/** Status words are a closed list: each has one tone and one icon, so nobody picks a colour. */
const words = {
  Healthy: ["ok", IconCircleCheck],
  Passed: ["ok", IconCircleCheck],
  Delivered: ["ok", IconCircleCheck],
  Sent: ["ok", IconSend],
  Unbroken: ["ok", IconCircleCheck],
  Granted: ["ok", IconCircleCheck],
  Active: ["ok", IconCircleCheck],
  Connected: ["ok", IconCircleCheck],
  On: ["ok", IconCircleCheck],
  Degraded: ["warn", IconAlertTriangle],
  Warning: ["warn", IconAlertTriangle],
  "Never used": ["warn", IconAlertTriangle],
  "Setting changed": ["warn", IconAlertTriangle],
  "Ends soon": ["warn", IconClockExclamation],
  Retrying: ["warn", IconClockExclamation],
  Uncertain: ["warn", IconHelpCircle],
  Failing: ["bad", IconXboxX],
  Failed: ["bad", IconXboxX],
  Refused: ["bad", IconXboxX],
  Missing: ["bad", IconXboxX],
  Critical: ["bad", IconUrgent],
  Broken: ["bad", IconUrgent],
  "Setup needed": ["info", IconTool],
  "Access needed": ["info", IconTool],
  "Code needed": ["info", IconTool],
  "Ready to enable": ["info", IconTool],
  "Waiting for you": ["info", IconInfoCircle],
  Note: ["info", IconInfoCircle],
  Invited: ["info", IconInfoCircle],
  Update: ["info", IconCircleArrowUp],
  Queued: ["idle", IconClock],
  Sending: ["idle", IconLoader],
  Running: ["idle", IconLoader],
  "Not tested": ["idle", IconCircleDashed],
  "Not run": ["idle", IconCircleDashed],
  "Not decided": ["info", IconCircleDashed],
  Denied: ["idle", IconBan],
  Disabled: ["idle", IconPlayerPause],
  Cancelled: ["idle", IconBan],
  Discarded: ["idle", IconBan],
  Expired: ["idle", IconBan],
  Revoked: ["idle", IconBan],
  Off: ["idle", IconCircleDashed],
  Open: ["idle", IconClock],
  Masked: ["idle", IconEyeOff],
  Revealed: ["warn", IconEye],
  Deleted: ["idle", IconTrash],
  Destroyed: ["idle", IconTrash],
  "On hold": ["hold", IconLock],
  "To be reviewed": ["info", IconInfoCircle],
  "To be decided": ["info", IconInfoCircle],
  Asked: ["warn", IconHelpCircle],
  Escalated: ["bad", IconUrgent],
  Accepted: ["ok", IconCircleCheck],
  Approved: ["ok", IconCircleCheck],
  Downloaded: ["ok", IconCircleCheck],
  Permitted: ["ok", IconCircleCheck],
  "Not permitted": ["bad", IconBan],
  Quarantined: ["hold", IconLockExclamation],
  Verified: ["ok", IconRosetteDiscountCheck],
  Signed: ["ok", IconCircleCheck],
  Unsigned: ["warn", IconAlertTriangle],
  Modified: ["bad", IconUrgent],
  "Taken back": ["bad", IconBan],
  "Security update": ["warn", IconShieldUp],
  Deprecated: ["warn", IconAlertTriangle],
  "Test keys": ["warn", IconTestPipe],
  Stale: ["warn", IconClockExclamation],
  "Not read": ["idle", IconCircleDashed],
  Watching: ["info", IconEye],
  "Rolled back": ["warn", IconArrowBackUp],
  Pinned: ["hold", IconPin],
} as const;
export type Word = keyof typeof words;

export const toneOf = (word: Word): Tone => words[word][0];

/** A badge. `quiet` drops the tint: use it for what is fine. Other words than the status's own may be shown. */
export function Status({ word, quiet, children }: { word: Word; quiet?: boolean; children?: ReactNode }) {
  const [tone, Icon] = words[word];
  return (
    <span className="badge" data-tone={tone} data-quiet={quiet || undefined}>
      <Icon size={16} stroke={2} aria-hidden />
      {children ?? word}
    </span>
  );
}

export function StatusIcon({ word, size = 19 }: { word: Word; size?: number }) {
  const [, Icon] = words[word];
  return <Icon size={size} stroke={2} aria-hidden />;
}
