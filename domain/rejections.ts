/**
 * THE table of what can be refused, and of what can go wrong. `message` says what happened, `remedy` what the caller can
 * do. No text holds a value of the input: neither PHI nor another tenant's existence can leak through an error.
 * The HTTP status of each code is in `adapters/http/problem.ts`; a test holds the two and the docs together.
 */
export const REJECTIONS = {
  'not-authenticated': ['No valid bearer token came with the request.', 'Send `Authorization: Bearer …` with a token that has not expired.'],
  'not-permitted': ['The role or purpose of this token does not allow this.', 'Ask for a token with the role and purpose of use that the operation needs.'],
  'unknown-source': ['The source system of the token is not registered in this tenant.', 'Register it with `register-source` first.'],
  'source-suspended': ['The source system is suspended and may not write.', 'Have a steward send `reinstate-source`, then repeat the command unchanged.'],
  'source-exists': ['A source system with this id is registered already, with other details.', 'Choose another id, or leave it as it is.'],
  'source-not-suspended': ['The source system is not suspended.', 'Nothing needs to be done.'],
  'unknown-patient': ['No such patient is known here.', 'Check the id or identifier; register the patient with `register-patient`.'],
  'patient-erased': [
    'The patient was erased, and stays so.',
    'Nothing can be read or recorded of this patient. Somebody who comes back is a new patient: register them under a new `sourceRecordId`.',
  ],
  'legal-hold': ['A legal hold stands against the erasure.', 'Read `GET /v1/patients/{patientId}/erasure`; the refusal and its reason are on record there.'],
  'retention-duty': [
    'The record has to be kept for some time yet.',
    'Read `GET /v1/patients/{patientId}/erasure` for the law and the date; the refusal is on record there.',
  ],
  'merged-survivor': [
    'Other patients are merged into this one, and their statements meet under its keys.',
    'Unmerge them, or erase them first; then send the command again.',
  ],
  'unknown-hold': ['This patient has no such legal hold.', 'Read `GET /v1/patients/{patientId}/erasure`: a hold is named by the event that placed it.'],
  'ambiguous-patient': ['More than one patient has this identifier.', 'Name the patient by `patientId`.'],
  'patient-required': ['The command names no patient.', 'Send `patientId` or `identifier`.'],
  'unknown-fact': ['This source has asserted no such record for this patient.', 'Check `sourceRecordId`; record it with `record-fact` first.'],
  'fact-retracted': ['Every version of this record has been retracted.', 'Record it again with a higher `sourceVersion`.'],
  'source-version-conflict': [
    'This version of the source record is known with other content.',
    'Send a higher `sourceVersion`, or `correct-fact` with a reason.',
  ],
  'category-changed': ['A correction may not move a record to another data category.', 'Retract the record and record the new one.'],
  'unknown-conflict': [
    'There is no such fact, or its statements agree.',
    'Read the conflicts again: `factId` is the fact, under the id of any of its statements.',
  ],
  'conflict-changed': [
    'What was judged is not what stands now.',
    'Read the conflict again, decide again, and send the event ids of all its live statements in `judged`.',
  ],
  'invalid-settlement': ['The decision does not fit the fact.', 'See `errors` for what it needs.'],
  'unknown-settlement': ['This patient has no such settlement.', 'Name it by the event id that the record and the lineage show.'],
  'stale-revision': ['The stream has moved past the revision in `If-Match`.', 'Read the record again, decide again, and send the new revision.'],
  'idempotency-key-reused': ['The Idempotency-Key was used before with another command.', 'Use a new key for a new command; repeat a command byte for byte.'],
  'designation-unchanged': ['The scope is designated like this already.', 'Nothing needs to be done.'],
  'invalid-scope': ['The scope of the designation could never fit a fact.', 'See `errors`; docs/designations.md says what a scope may hold.'],
  'unknown-designation': ['No such designation was made for this scope.', 'Read `GET /v1/designations`, and name scope and event id as they stand there.'],
  'already-withdrawn': ['The designation is withdrawn already, or has ended by then.', 'Nothing needs to be done.'],
  'too-many-designations': ['This scope, or this patient, has been designated as often as is kept.', 'Designate a wider scope instead.'],
  'approval-required': [
    'This change takes effect only when a second person agrees.',
    'Send it as the body of `propose-change`; another person sends `approve-change`.',
  ],
  'not-protected': ['This command needs no second person.', 'Send the command itself.'],
  'unknown-change': ['There is no such change here.', 'Check `changeId`: the receipt of `propose-change` names it.'],
  'own-proposal': ['Nobody approves or reviews their own proposal.', 'Ask another steward or privacy officer; withdraw it with `reject-change`.'],
  'change-expired': ['The proposal was not answered in time.', 'Propose the change again.'],
  'change-decided': ['The change was decided already, by somebody else or otherwise.', 'Read it at `/v1/changes/{changeId}`.'],
  'review-not-due': ['Only an emergency change that took effect is reviewed.', 'Read it at `/v1/changes/{changeId}`.'],
  'unknown-amendment': ['There is no such request for amendment here.', 'Check `amendmentId`: the receipt of `request-amendment` names it.'],
  'amendment-out-of-step': [
    'The request for amendment is not at the step that this answers.',
    'Read its state at `/v1/patients/{patientId}/amendments`; see `errors`.',
  ],
  'extension-used': ['The time to answer was extended already, and may be once.', 'Answer before the deadline.'],
  'deadline-passed': ['The time in which this could be said is over.', 'Answer the request now.'],
  'rotation-under-way': ['This key is being replaced already.', 'Read `GET /v1/keys`; order the next rotation when this one is complete.'],
  'compromise-reported': ['The compromise of this key is on record already.', 'Read it at `GET /v1/keys`.'],
  'key-already-suspended': ['This key is suspended already.', 'Resume it with `resume-key`, replace it with `rotate-key`, or report it as compromised.'],
  'key-not-suspended': ['The key of this level that is in use is not suspended.', 'Nothing needs to be done.'],
  'tenant-key-suspended': [
    'The tenant’s key is suspended, and no other key can be wrapped under it.',
    'Resume it with `resume-key`, or replace it with `rotate-key` for the level `tenant`; then send the command again.',
  ],
  'unknown-key': ['There is no such key of this level here.', 'Read `GET /v1/keys`, and name the key as it stands there.'],
  'same-patient': ['Both ids are the same patient.', 'Name two patients.'],
  'merge-cycle': [
    'The survivor has been merged into the patient that it should absorb.',
    'Read `GET /v1/patients/{patientId}/identity`; merge the other way, or unmerge first.',
  ],
  'already-merged': [
    'The patients are one by merges already, or the absorbed one was merged into another.',
    'Read `GET /v1/patients/{patientId}/identity`; send `unmerge-patients` first.',
  ],
  'not-merged': ['No such merge is in force.', 'Name survivor and absorbed as `GET /v1/patients/{patientId}/identity` lists them.'],
  'not-linked': ['The patients are not linked.', 'Send the verdict `different-people` to settle that they are not one person.'],
  'group-too-large': ['More than 1,000 patients would be one person.', 'Unmerge those that are not.'],
  'invalid-json': ['The body is not valid JSON.', 'Send one JSON object in UTF-8.'],
  'invalid-text': [
    'The text is not UTF-8, or holds a NUL, a lone surrogate or a forbidden member name.',
    'Send UTF-8, without the character or member that the offset names.',
  ],
  'too-deep': ['The JSON is nested too deeply.', 'Send at most 64 levels.'],
  'duplicate-member': ['A member name stands twice in one object.', 'Send each member once: readers disagree on which would count.'],
  'invalid-command': ['The command does not fit its schema.', 'See `errors` for each place; the schemas are in /openapi.json.'],
  'text-holds-identifiers': [
    'A text that is stored in clear seems to name a person.',
    'See `errors` for the field and what was found. Say it without names, numbers and birth dates: the patient is named by id.',
  ],
  'answer-holds-identifiers': [
    'A text of the answer seems to name a person, and the masking policy hands out none that does.',
    'See `errors` for what was found. A privacy officer can read the text in the record; its source corrects it.',
  ],
  'unknown-command': ['There is no command of this name.', 'See /openapi.json for the list.'],
  'invalid-resource': ['The resource is not valid FHIR R4.', 'See `errors` for each place.'],
  'unsupported-resource': [
    'This type of resource cannot be recorded by this command.',
    'Patients go to `register-patient` or `update-demographics`, everything else to `record-fact`.',
  ],
  'invalid-date': ['A date does not exist or lies outside the accepted range.', 'Send dates from 1850 on; what has happened cannot lie in the future.'],
  'invalid-parameter': ['A parameter of the request is not valid.', 'See `errors`.'],
  'invalid-cursor': ['The cursor is not one that this list gave out.', 'Begin again without a cursor.'],
  'unknown-position': ['The position lies beyond the end of the log.', 'Send a position from a receipt of this ledger.'],
  'read-model-behind': ['The read model did not reach the asked position in time.', 'Repeat the request a little later.'],
  'unknown-feed': ['There is no feed of this name.', 'See /openapi.json for the list.'],
  'unknown-token': ['The pseudonym leads to no patient here.', 'Check pseudonym and recipient; of an erased patient nothing can be turned back.'],
  'unknown-route': ['There is nothing at this address.', 'See /openapi.json.'],
  'too-large': ['The request is larger than the limit.', 'Send less: a command is limited to 1 MiB, a bulk line too, and a resource to 700,000 bytes.'],
  'unsupported-media-type': ['The content type is not accepted here.', 'Send `application/json`, or `application/x-ndjson` for bulk.'],
  'truncated-input': ['The input ended in the middle of a line.', 'Send the last line again, whole.'],
  'request-timeout': ['The request did not arrive in time.', 'Send it again.'],
} as const satisfies Record<string, readonly [message: string, remedy: string]>;

/** Sealed and encoded, content of this size still fits into one append of every store (1 MiB on EventStoreDB). */
export const CONTENT_AT_MOST_BYTES = 700_000;

export type RejectionCode = keyof typeof REJECTIONS;

/** Where and why, without a value: a JSON pointer and the rule that was broken. */
export interface Issue {
  readonly pointer: string;
  readonly rule: string;
  readonly expected?: string;
}

/** A refusal is a value: nothing happened, and the caller is told what to do. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly code: RejectionCode;
  readonly issues?: readonly Issue[];
}

export function reject(code: RejectionCode, issues?: readonly Issue[]): Rejection {
  return issues === undefined ? { kind: 'rejected', code } : { kind: 'rejected', code, issues };
}

/** THE table of faults: what goes wrong on our side. Faults are thrown. */
export const FAULTS = {
  'store-unavailable': ['The event store cannot be reached; nothing was recorded.', 'Repeat the request unchanged, a little later.'],
  'outcome-unknown': ['It is not known whether the event was recorded.', 'Repeat the request unchanged: it is recorded once.'],
  overloaded: ['Too much is waiting; nothing was recorded.', 'Slow down and repeat the request unchanged.'],
  'store-full': ['The disk of the store is full; nothing was recorded.', 'Tell the operator; repeat the request unchanged when there is room.'],
  'event-unreadable': ['A stored event breaks its published schema.', 'Tell the operator: the log or the program is damaged.'],
  'content-unreadable': ['Sealed content could not be opened.', 'Tell the operator: the content or its key is damaged.'],
  'keys-unavailable': ['The key store or the provider of root keys cannot be reached.', 'Repeat the request unchanged, a little later.'],
  'key-unreadable': [
    'A wrapped key was changed, cut, moved or wrapped under a key that is not here.',
    'Tell the operator: the key store or its root key is damaged.',
  ],
  'key-expired': [
    'The cryptoperiod of the tenant’s key is over: it wraps nothing more.',
    'Send `rotate-key` for the level `tenant`; what was sealed still opens.',
  ],
  'key-suspended': [
    'The key is suspended and seals nothing; nothing was recorded.',
    'Ask the privacy officer, who resumes the key or replaces it; then repeat the request unchanged.',
  ],
  'read-models-unavailable': ['The read models cannot be reached, or are too far behind the log.', 'Repeat the request, a little later.'],
  'lease-lost': ['Another process has taken over this projection.', 'Nothing needs to be done.'],
  stopping: ['The ledger is stopping and takes nothing new.', 'Repeat the request unchanged, a little later.'],
  internal: ['Something broke inside the ledger.', 'Tell the operator the correlation id.'],
} as const satisfies Record<string, readonly [message: string, remedy: string]>;

export type FaultCode = keyof typeof FAULTS;

export class LedgerFault extends Error {
  constructor(
    readonly code: FaultCode,
    options?: { cause?: unknown },
  ) {
    super(FAULTS[code][0], options);
    this.name = 'LedgerFault';
  }
}
