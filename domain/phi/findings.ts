import { DOCUMENTS, TELLING_ARRAYS } from '../../schemas/phi/path-rules.js';
import type { SensitiveScope } from '../../schemas/phi/scopes.js';
import { ACT_CODE, CONFIDENTIALITY } from '../../schemas/phi/sensitivities.js';
import type { FhirResource } from '../identity/resource.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';
import { sensitiveRuleOf } from './code-lookup.js';

/** What one place of a resource turned out to hold. */
export class Findings {
  readonly scopes = new Set<SensitiveScope>();
  /** The ActCodes that a source stated; what the ledger found itself has its scope's own code. */
  readonly stated = new Set<string>();
  readonly rules = new Set<string>();
  /** The source says how confidential it is, in HL7 v3's letters. */
  confidentiality: 'R' | 'V' | null = null;

  get any(): boolean {
    return this.scopes.size > 0 || this.confidentiality !== null;
  }

  add(scope: SensitiveScope, rule: string, stated: string | null = null): void {
    this.scopes.add(scope);
    this.rules.add(rule);
    if (stated !== null) this.stated.add(stated);
  }

  take(other: Findings): void {
    for (const scope of other.scopes) this.scopes.add(scope);
    for (const code of other.stated) this.stated.add(code);
    for (const rule of other.rules) this.rules.add(rule);
    if (other.confidentiality === 'V' || this.confidentiality === null) this.confidentiality = other.confidentiality ?? this.confidentiality;
  }
}

/** Of the resource as a whole, and of single elements of the arrays at its top. */
export interface FoundIn {
  readonly whole: Findings;
  readonly elements: readonly { readonly member: string; readonly index: number; readonly findings: Findings }[];
}

const TELLING: ReadonlySet<string> = new Set(TELLING_ARRAYS);
const DOCUMENT: ReadonlySet<string> = new Set(DOCUMENTS);
/** Members that hold no codes, and are most of some resources. */
const SKIPPED = new Set(['resourceType', 'id', 'text']);
const CONFIDENTIALITY_SYSTEMS = new Set([CONFIDENTIALITY, 'http://hl7.org/fhir/v3/Confidentiality', 'urn:oid:2.16.840.1.113883.5.25']);
const PSYCHOTHERAPY = /psycho-?therap/i;

/** One walk over a parsed resource. It is done for every assertion, so what holds nothing sensitive makes nothing. */
export function findIn(resource: FhirResource): FoundIn {
  const whole = new Findings();
  const elements: { member: string; index: number; findings: Findings }[] = [];
  // Made anew only once something was found: mostly nothing is.
  let findings = new Findings();
  for (const member in resource) {
    const value = resource[member];
    if (typeof value !== 'object' || value === null || SKIPPED.has(member)) continue;
    if (isJsonArray(value) && !TELLING.has(member)) {
      for (let index = 0; index < value.length; index += 1) {
        const item = value[index] as JsonValue;
        if (typeof item !== 'object' || item === null) continue;
        look(item, findings);
        if (!findings.any) continue;
        elements.push({ member, index, findings });
        findings = new Findings();
      }
    } else look(value, whole);
  }
  byPath(resource, whole);
  return { whole, elements };
}

/** Nothing but objects and arrays is looked at: most of a resource is text. */
function look(value: JsonValue, findings: Findings): void {
  if (isJsonArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item = value[index] as JsonValue;
      if (typeof item === 'object' && item !== null) look(item, findings);
    }
    return;
  }
  const object = value as JsonObject;
  for (const member in object) {
    const inner = object[member];
    if (typeof inner === 'object') {
      if (inner !== null) look(inner, findings);
    } else if (member === 'code' && typeof inner === 'string') {
      const { system, display } = object;
      if (typeof system === 'string') lookUp(system, inner, display, findings);
    }
  }
}

function lookUp(system: string, code: string, display: JsonValue | undefined, findings: Findings): void {
  const rule = sensitiveRuleOf(system, code, display);
  if (rule !== undefined) findings.add(rule.scope, rule.id, rule.codes[0]?.system === ACT_CODE ? code.trim() : null);
  else if (CONFIDENTIALITY_SYSTEMS.has(system)) confide(code, findings);
}

function confide(code: JsonValue | undefined, findings: Findings): void {
  if (code === 'V' || (code === 'R' && findings.confidentiality === null)) findings.confidentiality = code;
}

function byPath(resource: FhirResource, whole: Findings): void {
  if (resource.resourceType === 'MolecularSequence') whole.add('genetics', 'sequences');
  if (resource.resourceType === 'Composition') confide(resource['confidentiality'], whole);
  if (DOCUMENT.has(resource.resourceType) && saysPsychotherapy(resource)) whole.add('psychotherapy-notes', 'psychotherapy-documents');
}

function saysPsychotherapy(resource: FhirResource): boolean {
  const says = (value: JsonValue | undefined): boolean => {
    if (typeof value === 'string') return PSYCHOTHERAPY.test(value);
    if (isJsonArray(value)) return value.some(says);
    return isJsonObject(value) && [(value as JsonObject)['text'], (value as JsonObject)['display'], (value as JsonObject)['coding']].some(says);
  };
  return ['type', 'category', 'title', 'code', 'description'].some((member) => says(resource[member]));
}
