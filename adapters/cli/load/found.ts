import { categoryOf, patientReferenceOf } from '../../../domain/identity/category.js';
import { type FhirResource, objectsOf, stringOf } from '../../../domain/identity/resource.js';

export interface Identifier {
  readonly system: string;
  readonly value: string;
}

/** One resource of a file: its text, and what placing it needs to know of it. */
export interface Found {
  /** For counting: the resource type, or in parentheses why there is none. */
  readonly type: string;
  /** As it stands in the file. */
  readonly text: string;
  /** What `text` is: a resource, a bundle entry that holds nothing to record, or something that could not be read. */
  readonly form: 'resource' | 'entry' | 'unreadable';
  /** The id that the record has in the source; null where the file gives none, and none is made up. */
  readonly recordId: string | null;
  readonly version: string | null;
  /** The reference to the patient it is about; null if it names none. */
  readonly patient: string | null;
  /** It names nobody, and its kind is not about a person: then it belongs to the record that refers to it. */
  readonly isShared: boolean;
  /** Of a Patient: what finds it again, and by what others in the file refer to it. */
  readonly identifiers: readonly Identifier[];
  readonly names: readonly string[];
}

const RESOURCE_TYPE = /^[A-Z][A-Za-z]{1,40}$/;

/** Looks at a resource. `fullUrl` is the one of its bundle entry. */
export function foundOf(resource: FhirResource, text: string, fullUrl: string | null): Found {
  const id = stringOf(resource, 'id');
  const local = id === null ? null : `${resource.resourceType}/${id}`;
  const global = fullUrl !== null && /^(urn:(uuid|oid):|[a-z][a-z0-9+.-]*:\/\/)/i.test(fullUrl) ? fullUrl : null;
  const meta = resource['meta'] as Record<string, unknown> | undefined;
  const version = typeof meta === 'object' && meta !== null ? meta['versionId'] : undefined;
  const isPatient = resource.resourceType === 'Patient';
  const tail = global?.startsWith('http') === true ? (/(?:^|\/)(Patient\/[^/]+)$/.exec(global)?.[1] ?? null) : null;
  return {
    type: RESOURCE_TYPE.test(resource.resourceType) ? resource.resourceType : '(unknown type)',
    text,
    form: 'resource',
    recordId: global ?? local,
    version: typeof version === 'string' && version !== '' ? version : null,
    patient: isPatient ? null : patientReferenceOf(resource),
    isShared: !isPatient && isShared(resource),
    identifiers: isPatient ? findingIdentifiers(resource) : [],
    names: isPatient ? [...new Set([global, local, tail])].filter((name) => name !== null) : [],
  };
}

/** Types of clinical categories that describe a thing, not a person. */
const THINGS: ReadonlySet<string> = new Set(['Medication', 'MedicationKnowledge', 'Binary']);
const SHARED_CATEGORIES: ReadonlySet<string> = new Set(['administrative', 'devices', 'other']);
const SUBJECTS = ['subject', 'patient'];

/** An observation without a subject is nobody's, and is not guessed to be the only patient's; an organization is everybody's. */
function isShared(resource: FhirResource): boolean {
  if (SUBJECTS.some((member) => resource[member] !== undefined)) return false;
  return THINGS.has(resource.resourceType) || SHARED_CATEGORIES.has(categoryOf(resource));
}

const IDENTIFIER_TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203';

/**
 * The identifiers by which a Patient may be taken for one that is known: medical record numbers first, then those of no
 * stated type. A social security, licence, passport or credit card number alone never makes two records one.
 */
function findingIdentifiers(patient: FhirResource): Identifier[] {
  const [numbers, untyped]: [Identifier[], Identifier[]] = [[], []];
  for (const entry of objectsOf(patient, 'identifier')) {
    const [system, value, use] = [stringOf(entry, 'system'), stringOf(entry, 'value'), stringOf(entry, 'use')];
    if (system === null || value === null || use === 'temp' || use === 'old') continue;
    const codings = objectsOf(entry, 'type').flatMap((type) => objectsOf(type, 'coding'));
    const isNumber = codings.some((coding) => stringOf(coding, 'code') === 'MR' && [null, IDENTIFIER_TYPES].includes(stringOf(coding, 'system')));
    if (isNumber) numbers.push({ system, value });
    else if (entry['type'] === undefined) untyped.push({ system, value });
  }
  return [...numbers, ...untyped];
}

/** What cannot be recorded is still counted, and kept with its reason. */
export function unrecordable(type: string, form: 'entry' | 'unreadable', text: string): Found {
  return { type, text, form, recordId: null, version: null, patient: null, isShared: false, identifiers: [], names: [] };
}
