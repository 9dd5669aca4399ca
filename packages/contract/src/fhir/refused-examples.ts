/** For tests: the official R4 (4.0.1) examples of canonical types that Hilum refuses, and why it is right to. */
export const refusedExamples: Readonly<Record<string, string>> = {
  "Binary-example.json":
    "its base64 is broken into lines: FHIR allows white space there, Hilum and Medplum take RFC 4648 without it",
  "DiagnosticReport-gingival-mass.json": "its base64 is broken into lines",
  "Observation-clinical-gender.json": "its performer is an Encounter, which R4 does not allow there",
  "Bundle-b0a5e4277-83c4-4adb-87e2-e3efe3369b6f.json":
    "an Endpoint in it names payload types with unquoted spaces, which RFC 9110 does not allow",
  "Bundle-types.json":
    "definitions in it have narratives whose styles load a picture by url(), which a record must not do when it is shown",
  "Bundle-v2-valuesets.json": "codes in it end in a no-break space, and a text is empty",
  "Bundle-dataelements.json": "it has more than 200,000 values",
  "Bundle-resources.json": "it has more than 200,000 values",
  "Bundle-valueset-expansions.json": "it has more than 200,000 values",
};
