import type { RecordIcon as IconName } from "@hilum/contract/api";
import {
  IconAlertHexagon,
  IconBuildingHospital,
  IconCalendarEvent,
  IconCheckupList,
  IconClipboardText,
  IconFile,
  IconFileCertificate,
  IconFileText,
  IconHistory,
  IconMessage,
  IconNotes,
  IconPrescription,
  IconStethoscope,
  IconUser,
  IconVaccine,
  IconVectorTriangle,
} from "@tabler/icons-react";

const icons = {
  patient: IconUser,
  person: IconStethoscope,
  organisation: IconBuildingHospital,
  document: IconFileText,
  file: IconFile,
  message: IconMessage,
  measurement: IconVectorTriangle,
  report: IconClipboardText,
  appointment: IconCalendarEvent,
  order: IconPrescription,
  task: IconCheckupList,
  consent: IconFileCertificate,
  allergy: IconAlertHexagon,
  immunisation: IconVaccine,
  provenance: IconHistory,
  record: IconNotes,
} as const satisfies Record<IconName, unknown>;

/** Stands beside a word that says the same. */
export function RecordIcon({ name, size = 18 }: { name: IconName; size?: number }) {
  const Icon = icons[name];
  return <Icon size={size} stroke={1.75} aria-hidden />;
}
