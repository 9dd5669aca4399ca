import { email, sms } from "@hilum/contract/fhir";
import { expect, it } from "vitest";
import { blank, build, letterOf, patientOf, takenDocument } from "./letter.ts";

const letter = { ...blank, to: "jane@example.org", subject: "Hello", text: "Hello" };

it("writes whom a message is about, and reads it again when the message is edited", () => {
  const communication = build("email", { ...letter, patient: "ada-1" });
  expect(patientOf(communication)).toBe("ada-1");
  expect(letterOf({ communication } as never)).toEqual({ ...letter, patient: "ada-1" });
});

it("leaves the patient out of a test, which is about nobody", () => {
  expect(build("email", { ...letter, patient: "ada-1", test: true }).subject).toBeUndefined();
  expect(build("sms", { ...letter, to: "+442079460000", patient: "ada-1" }).subject).toEqual({
    reference: "Patient/ada-1",
  });
});

it("knows a patient of this platform alone", () => {
  const about = (reference: string) =>
    patientOf(email({ to: "a@example.org", subject: "s", text: "t", patient: reference }));
  expect(about("Patient/1")).toBe("1");
  expect(about("https://elsewhere.example/Patient/1")).toBeUndefined();
  expect(about("Group/1")).toBeUndefined();
  expect(patientOf(sms({ to: "+442079460000", text: "t" }))).toBeUndefined();
});

it("names a document of a record plainly, by its kind", () => {
  expect(takenDocument("b1", "application/pdf", 12)).toEqual({
    url: "Binary/b1",
    contentType: "application/pdf",
    title: "document.pdf",
    size: 12,
  });
  expect(takenDocument("b1", "video/mp4", undefined).title).toBe("document.bin");
});
