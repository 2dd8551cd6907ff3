import type { SensitiveScope } from './scopes.js';

/** Of all that is published about sensitivity. A change of any rule is a new version: labels name the one that made them. */
export const SENSITIVITY_VERSION = 2;

export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

/** HL7 v3 Confidentiality, as far as the ledger tells apart: normal, restricted, very restricted. */
export const CONFIDENTIALITIES = ['N', 'R', 'V'] as const;
export type Confidentiality = (typeof CONFIDENTIALITIES)[number];

export interface SensitivityDescription {
  readonly confidentiality: Confidentiality;
  /** Codes of HL7 v3 ActCode by which a source may state it; the first is the one that the ledger writes itself. */
  readonly codes: readonly [string, ...string[]];
  readonly description: string;
  /** Why it is kept apart, where a law says so. */
  readonly law: string | null;
}

/** What is sensitive, by key scope. Codes under another in HL7's tree (`OPIOIDUD` under `SUD`) are listed, since sources state the narrowest. */
export const SENSITIVITIES: Readonly<Record<SensitiveScope, SensitivityDescription>> = {
  'behavioural-health': {
    confidentiality: 'R',
    codes: ['BH', 'MH', 'PSY', 'COGN', 'DVD', 'EMOTDIS'],
    description: 'Mental and behavioural health: diagnoses, treatment, screening, notes that are no psychotherapy notes.',
    law: null,
  },
  genetics: {
    confidentiality: 'R',
    codes: ['GDIS', 'SCA'],
    description: 'Genetic tests, variants, carrier states and susceptibility.',
    law: 'GINA; 45 CFR 160.103',
  },
  hiv: { confidentiality: 'R', codes: ['HIV'], description: 'HIV: tests, whatever their result, status and treatment.', law: 'state law' },
  'psychotherapy-notes': {
    confidentiality: 'V',
    codes: ['PSYTHPN'],
    description: 'Notes of a mental health professional on the contents of conversation in a counselling session.',
    law: '45 CFR 164.501, 164.508(a)(2)',
  },
  'sexual-reproductive-health': {
    confidentiality: 'R',
    codes: ['SEX', 'STD', 'PREGNANT'],
    description: 'Contraception, termination of pregnancy, sexually transmitted infections, gender identity.',
    law: 'state law, e.g. Cal. Civ. Code 56.101',
  },
  'special-protection': {
    confidentiality: 'R',
    codes: ['SPI', 'PRS', 'PHY', 'VIP', 'CEL'],
    description: 'What the patient, the provider or the source asks to have kept apart, without saying why.',
    law: '45 CFR 164.522(a)',
  },
  'substance-use': {
    confidentiality: 'R',
    codes: ['SUD', 'ETH', 'ETHUD', 'OPIOIDUD'],
    description: 'Use of alcohol, opioids and other substances, and its treatment; tobacco is not among them.',
    law: '42 CFR Part 2',
  },
  taboo: {
    confidentiality: 'R',
    codes: ['TBOO'],
    description: 'What the source says must be talked over with the patient before they see it.',
    law: '45 CFR 164.524(a)(3)',
  },
  violence: { confidentiality: 'R', codes: ['VIO', 'SDV', 'MST'], description: 'Violence, sexual assault and domestic abuse.', law: 'VAWA; state law' },
};
