import type { OpenScope, SensitiveScope } from './scopes.js';

/** What is kept apart for where it stands. `whole` labels the resource; otherwise the member is cut out of it. */
export interface PathRule {
  readonly id: string;
  /** FHIR types; null for all. */
  readonly types: readonly string[] | null;
  readonly path: string | null;
  readonly scope: OpenScope | SensitiveScope;
  readonly description: string;
}

export const PERSONS = ['Patient', 'Person', 'RelatedPerson'] as const;
export const DOCUMENTS = ['DocumentReference', 'Composition', 'Communication', 'ClinicalImpression'] as const;

export const PATH_RULES: readonly PathRule[] = [
  { id: 'identifiers', types: PERSONS, path: 'identifier', scope: 'identifiers', description: 'Record numbers, social security numbers and the like.' },
  { id: 'provider-notes', types: null, path: 'note', scope: 'provider-notes', description: 'What somebody wrote in free text beside the facts.' },
  { id: 'sequences', types: ['MolecularSequence'], path: null, scope: 'genetics', description: 'Sequences are genetic whatever they hold.' },
  {
    id: 'psychotherapy-documents',
    types: DOCUMENTS,
    path: null,
    scope: 'psychotherapy-notes',
    description: 'A document whose type, category or title says psychotherapy in words: LOINC has no code that every source uses.',
  },
  { id: 'restricted', types: null, path: null, scope: 'special-protection', description: 'The source says R or V (HL7 v3 Confidentiality) and not why.' },
];

/**
 * Members that are arrays and yet say what the resource as a whole is about: a sensitive code in one of them labels all of it.
 * In every other array at the top of a resource, a sensitive code labels the one element it stands in.
 */
export const TELLING_ARRAYS = [
  'category',
  'conclusionCode',
  'contained',
  'modifierExtension',
  'program',
  'programCode',
  'securityLabel',
  'serviceType',
  'specialty',
  'type',
] as const;

/** Free text about all of the resource: it goes with the most restricted part. */
export const FREE_TEXT = ['text', 'note'] as const;

/** What else sums the whole up: it goes with the most restricted part where something sensitive was cut out, else it stays. */
export const SUMMARIES = [
  'comment',
  'conclusion',
  'description',
  'interpretation',
  'mitigation',
  'patientInstruction',
  'payload',
  'presentedForm',
  'summary',
  'title',
  'valueCodeableConcept',
  'valueString',
] as const;

/** Members that say by code what the resource is: their words, which may tell more, go with the most restricted part as well. */
export const SUMMARY_TEXTS = ['code'] as const;
