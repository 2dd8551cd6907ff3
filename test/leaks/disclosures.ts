/**
 * THE list of answers that may hold what a source said of a patient, each with the reason. Everything else that leaves the
 * process, or lies anywhere, must hold none of it. What a request brought besides content (headers, addresses, parameters,
 * malformed bodies) is in no answer at all.
 */
export const DISCLOSURES = {
  'GET /v1/patients/{patientId}/record': 'the authoritative record, to a clinician who treats the patient',
  'GET /v1/patients/{patientId}/conflicts': 'what the sources say differently, to a clinician',
  'GET /v1/patients/{patientId}/history': 'what each source said, to a clinician',
  'GET /v1/patients/{patientId}/sources': 'what the record is called at its source, to a clinician',
  'GET /v1/patients/{patientId}/amendments': 'the words of a request and of its answer, to the patient and the privacy officer',
  'GET /v1/changes': 'what a protected change would do, to the second person who decides on it',
  'GET /v1/changes/{changeId}': 'what a protected change would do, to the second person who decides on it',
  'GET /v1/designations': 'the codes of a designation for one patient, to a steward',
  'GET /v1/quarantine': 'the line that could not be taken, to the steward who repairs it',
  'GET /v1/feeds/{feed}': 'facts and demographics, to a consumer with a grant for the feed',
  'GET /v1/patients/{patientId}/erasure': 'why a patient was erased or is held, in the words of the privacy officer, to a privacy officer',
  'ledger replay': 'the record as it stood, to the operator who asks with a token that may read it',
} as const satisfies Readonly<Record<string, string>>;

export type Disclosure = keyof typeof DISCLOSURES;

/** What a caller writes into these is stored in clear, by contract: the schemas say that it must not name a patient. */
export const CLEAR_BY_CONTRACT = [
  'the reason of a decision (`reason`), where what reads like an identifier is refused',
  'names of tenants, subjects, organizations and source systems, and what a source system is called (`displayName`), likewise',
  'the version of a record at its source (`sourceVersion`, and what `load` takes for it: `meta.versionId`), which is not looked through',
  'the time that a fact is true of, and the data category of a fact',
] as const;
