import type { OperationId } from "@hilum/contract/api";
import {
  askedGlass,
  disclosures,
  exports,
  glassDetail,
  glasses,
  holds,
  openGlass,
  retention,
  shreddings,
} from "./fixtures/custody.ts";
import {
  countedStores,
  documents,
  letter,
  letterVersions,
  noStores,
  oldLetter,
  openLetter,
  openOverview,
  overview,
  patients,
  revealedLetter,
  revealedPatient,
  stores,
  strangerOverview,
} from "./fixtures/records.ts";
import { letterPdf } from "./fixtures/letter-pdf.ts";
import { fixed, none, Refusal, type Answerer } from "./scenario.ts";

/** What the Storage Browser is answered. */
export const recordAnswers: Partial<Record<OperationId, Answerer>> = {
  listRecordStores: (_, { empty, role }) => (empty ? noStores : role === "viewer" ? countedStores : stores),
  browseRecords: ({ body }, { empty }) => {
    const { type, name } = body as { type: string; name?: string };
    if (empty || name === "Zzz") return { items: [], keys: patients.keys };
    return type === "Patient" ? patients : documents;
  },
  getMaskedRecord: ({ params, query }, { glass }) => {
    if (params["id"] === "gone") throw new Refusal("record.not_found");
    return query["version"] === "2" || query["version"] === "1" ? oldLetter : glass ? openLetter : letter;
  },
  listRecordVersions: fixed(letterVersions),
  restoreRecordVersion: fixed(letter.record),
  getPatientOverview: ({ params }, { glass }) =>
    params["patient"] === "stranger" ? strangerOverview : glass ? openOverview : overview,
  openGlass: (_, scenario) => {
    scenario.glass = true;
    return { ...glassDetail, ...openGlass };
  },
  extendGlass: fixed(openGlass),
  closeGlass: (_, scenario) => {
    scenario.glass = false;
    return { ...openGlass, state: "waiting" };
  },
  readUnderGlass: ({ params }) => (params["type"] === "Patient" ? revealedPatient : revealedLetter),
  readAttachmentUnderGlass: () => letterPdf(),
  attachFromRecord: fixed({ id: "01JD8R4KB9", contentType: "application/pdf", size: 84_213, sha256: "00" }),
  noteGlassUse: none,
  listGlasses: ({ query }, { glass, empty }) =>
    query["mine"] === "true"
      ? { items: glass ? [openGlass] : [], waiting: 0 }
      : empty
        ? { items: [], waiting: 0 }
        : glasses,
  getGlass: ({ params }) => (params["glass"] === "gl-3" ? askedGlass : glassDetail),
  reviewGlass: fixed({ ...glassDetail, state: "accepted", can: [] }),
  answerGlassReview: fixed(askedGlass),
  listDisclosures: (_, { empty }) => (empty ? { patient: "J••• D••", items: [] } : disclosures),
  downloadDisclosures: fixed({}),
  enterDisclosure: fixed(disclosures.items[2]),
  checkConsent: fixed({
    allowed: true,
    because: "consent",
    says: "The privacy consent permits treatment.",
    consent: "con-2",
    notice: false,
  }),
  listHolds: (_, { empty }) => (empty ? { items: [] } : holds),
  setHold: fixed({ records: 1 }),
  liftHold: fixed({ records: 1 }),
  getRetention: (_, { empty }) => (empty ? { items: [] } : retention),
  setRetention: fixed(retention.items[0]),
  previewPurge: fixed({ versions: 312, more: false, endedBefore: "2016-11-24T00:00:00.000Z" }),
  purgeRecords: fixed({ versions: 312, more: false, endedBefore: "2016-11-24T00:00:00.000Z" }),
  listExports: (_, { empty }) => (empty ? { items: [] } : exports),
  requestExport: fixed(exports.items[0]),
  approveExport: fixed(exports.items[1]),
  refuseExport: fixed(exports.items[2]),
  downloadExport: fixed({}),
  listShreddings: (_, { empty }) => (empty ? { items: [] } : shreddings),
  requestShredding: fixed(shreddings.items[0]),
  approveShredding: fixed(shreddings.items[1]),
  refuseShredding: fixed(shreddings.items[0]),
};
