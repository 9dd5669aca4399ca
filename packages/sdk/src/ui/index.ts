export type {
  PageChecked,
  PageConfig,
  PageEvidence,
  PageHealth,
  PageMessage,
  PageMessageDetail,
  PageSetup,
} from "@hilum/contract/bridge";
export { usePage, type Page } from "./bridge/page-context.ts";
export { PageError } from "./bridge/page-error.ts";
export { useActing, useReading, type Acting, type Reading, type SettableReading } from "./bridge/use-reading.ts";
export { HealthPanel, type HealthPanelProps } from "./health/health-panel.tsx";
export { useHealth, type Health } from "./health/use-health.ts";
export { type TimelineStep } from "./messages/lane-plan.ts";
export { MessageTimeline, type MessageTimelineProps } from "./messages/message-timeline.tsx";
export { MessageView, type MessageContent, type MessageViewProps } from "./messages/message-view.tsx";
export { useMessages, type Messages } from "./messages/use-messages.ts";
export { Button, type ButtonProps } from "./parts/button.tsx";
export { EvidenceList, type EvidenceListProps } from "./parts/evidence.tsx";
export {
  CheckField,
  Field,
  SelectField,
  TextField,
  type CheckFieldProps,
  type ControlProps,
  type FieldProps,
  type SelectFieldProps,
  type TextFieldProps,
} from "./parts/field.tsx";
export { Form, type FormProps } from "./parts/form.tsx";
export { Glyph, type GlyphName } from "./parts/glyph.tsx";
export { ErrorNotice, Notice, type NoticeProps } from "./parts/notice.tsx";
export { KeyValue, Panel } from "./parts/panel.tsx";
export { Status, StatusGlyph, toneOfStatus, type StatusWord, type Tone } from "./parts/status.tsx";
export { Table, type Column, type TableProps } from "./parts/table.tsx";
export { PluginApp, type PluginAppProps } from "./plugin-app.tsx";
export { DocumentView, type DocumentViewProps } from "./records/document-view.tsx";
export { Markup } from "./records/markup.tsx";
export { PatientBanner, type PatientBannerProps } from "./records/patient-banner.tsx";
export { Timeline, type TimelineMoment, type TimelineProps } from "./records/timeline.tsx";
export { parseXml, type XmlElement, type XmlNode } from "./records/xml.ts";
export { ConfigFields, focusSetting, type ConfigFieldsProps } from "./settings/config-fields.tsx";
export {
  changedNames,
  changeSecret,
  changeValue,
  draftBody,
  effectiveValues,
  emptyDraft,
  groupNames,
  labelOf,
  nameOfPointer,
  pointersOf,
  readInput,
  showInput,
  shownNames,
  type Draft,
  type Values,
} from "./settings/draft.ts";
export { SettingsForm, type SettingsFormProps } from "./settings/settings-form.tsx";
export { useConfig, type Config } from "./settings/use-config.ts";
export { ProviderSetupWizard } from "./setup/provider-setup-wizard.tsx";
export { useSetup, type Setup, type SetupAnswer } from "./setup/use-setup.ts";
export { createFormat, type Format } from "./text/format.ts";
export { causeWords, channelWords, messageWords } from "./text/words.ts";
