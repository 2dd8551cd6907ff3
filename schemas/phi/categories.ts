/**
 * The data categories: what a key scope, a consent rule and the `?category=` of the API speak of.
 * The list is append-only, because names of categories stand in sealed events and in policies.
 */
export const CATEGORIES = [
  'demographics',
  'allergies',
  'conditions',
  'medications',
  'immunizations',
  'procedures',
  'vital-signs',
  'laboratory',
  'observations',
  'imaging',
  'encounters',
  'documents',
  'reports',
  'care-plans',
  'devices',
  'coverage',
  'financial',
  'orders',
  'family-history',
  'consents',
  'administrative',
  'other',
] as const;

export type Category = (typeof CATEGORIES)[number];

/**
 * `state`: a fact stops being true when its period ends (a coverage that lapsed).
 * `event`: it happened, and having happened stays true (a dose that was given).
 */
export type CategoryKind = 'state' | 'event';

export interface CategoryDescription {
  readonly kind: CategoryKind;
  readonly description: string;
}

const state = (description: string): CategoryDescription => ({ kind: 'state', description });
const event = (description: string): CategoryDescription => ({ kind: 'event', description });

export const CATEGORY_DESCRIPTIONS: Readonly<Record<Category, CategoryDescription>> = {
  demographics: state('Who the patient is: names, birth date, gender, addresses, contacts, identifiers.'),
  allergies: state('Allergies, intolerances and statements that none are known.'),
  conditions: state('Problems, diagnoses and other health concerns.'),
  medications: state('Medications stated, ordered, dispensed and administered.'),
  immunizations: event('Vaccinations given, or recorded as not given.'),
  procedures: event('Procedures done, or recorded as not done.'),
  'vital-signs': event('Vital signs: blood pressure, pulse, temperature, height, weight.'),
  laboratory: event('Laboratory results and specimens.'),
  observations: event('Other observations: social history, surveys, examinations, questionnaires.'),
  imaging: event('Imaging studies, imaging observations and media.'),
  encounters: event('Visits, stays, episodes of care and appointments.'),
  documents: event('Clinical documents, letters and messages.'),
  reports: event('Diagnostic reports.'),
  'care-plans': state('Care plans, care teams and goals.'),
  devices: state('Implants and other devices of the patient, and their use.'),
  coverage: state('Insurance coverage, eligibility and enrolment.'),
  financial: event('Claims, responses to claims, benefits, accounts and invoices.'),
  orders: event('Orders and requests other than medication orders.'),
  'family-history': event('Health of relatives.'),
  consents: state('Consents and refusals.'),
  administrative: event('Practitioners, organizations, locations, provenance and other administration.'),
  other: event('Whatever belongs to no other category.'),
};

export const isCategory = (text: string): text is Category => Object.hasOwn(CATEGORY_DESCRIPTIONS, text);

/** Whether a fact of this category stops being true when its period ends. */
export const isStateCategory = (category: Category): boolean => CATEGORY_DESCRIPTIONS[category].kind === 'state';
