import { type ElementSchema, loadR4Schema, type MemberSchema } from '../../adapters/fhir/r4-schema.js';
import type { JsonObject, JsonValue } from '../../domain/json/json-value.js';

const CODINGS = [
  ['http://loinc.org', '8480-6'],
  ['http://snomed.info/sct', '38341003'],
  ['http://terminology.hl7.org/CodeSystem/v3-NullFlavor', 'UNK'],
] as const;
const MEMBERS_AT_MOST = 7;
const DEEPEST = 5;
const schema = loadR4Schema();
const known = new Map<string, ElementSchema>();

function definitionOf(name: string): ElementSchema {
  const found = known.get(name) ?? schema.schemaOf(name);
  known.set(name, found);
  return found;
}

/** Bundles and parameters hold resources; an ExampleScenario has a member that HL7's schema takes for the type of a resource. */
export const RESOURCE_TYPES: readonly string[] = [...schema.types].filter((type) => !['Parameters', 'Bundle', 'ExampleScenario'].includes(type)).sort();

/** Resources of any type with any members, sound by FHIR's schema, whose texts, numbers and ids are markers; by a seed. */
export class AnyResource {
  readonly markers: string[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0;
  }

  resource(type: string): JsonObject {
    return { resourceType: type, ...this.#element(type, 0) };
  }

  /** Mulberry32: enough to vary with. */
  next(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below;
  }

  #chance(share: number): boolean {
    return this.next(1) < share;
  }

  #marker(): string {
    const marker = `Qz${Math.floor(this.next(1e9)).toString(36)}x${this.markers.length}`;
    this.markers.push(marker);
    return marker;
  }

  #element(definition: string, depth: number): Record<string, JsonValue> {
    const { properties, required = [], fhirElement } = definitionOf(definition);
    const choices = fhirElement?.choices ?? [];
    const chosen = new Set(choices.map(({ names }) => names[Math.floor(this.next(names.length))] as string));
    const ofChoice = new Set(choices.flatMap(({ names }) => names));
    const needed = new Set([
      ...required,
      ...(fhirElement?.required ?? []),
      ...choices.filter(({ required }) => required === true).flatMap(({ names }) => names.filter((name) => chosen.has(name))),
    ]);
    const allowed = Object.keys(properties).filter((name) => !NEVER.has(name) && !name.startsWith('_') && (!ofChoice.has(name) || chosen.has(name)));
    const extra = depth >= DEEPEST ? 0 : MEMBERS_AT_MOST / allowed.length / (1 + depth / 3);
    const out: Record<string, JsonValue> = {};
    for (const name of allowed) {
      if (!needed.has(name) && !this.#chance(name === 'extension' ? extra / 8 : extra)) continue;
      const value = this.#member(properties[name] as MemberSchema, depth);
      if (value !== undefined) out[name] = value;
    }
    // No element is empty, and none has nothing but an id.
    return Object.keys(out).length > 0 ? out : { extension: [{ url: `urn:${this.#marker()}`, valueString: this.#marker() }] };
  }

  #member(member: MemberSchema, depth: number): JsonValue | undefined {
    if (member.fhirItems?.definition === 'ResourceList' || member.fhirType === 'ResourceList') return undefined;
    if (member.fhirItems !== undefined) return this.#listOf(() => this.#complex(member.fhirItems?.definition ?? '', depth));
    if (member.items !== undefined) return this.#listOf(() => this.#primitive(member.items as MemberSchema));
    if (member.fhirType !== undefined) return this.#complex(member.fhirType, depth);
    return this.#primitive(member);
  }

  #listOf(make: () => JsonValue): JsonValue {
    return this.#chance(0.7) ? [make()] : [make(), make()];
  }

  #complex(definition: string, depth: number): JsonValue {
    const [system, code] = CODINGS[Math.floor(this.next(CODINGS.length))] ?? CODINGS[0];
    if (definition === 'Coding' && this.#chance(0.6)) return { system, code, display: this.#marker() };
    if (definition === 'Reference' && this.#chance(0.8)) return { reference: this.#reference(), display: this.#marker() };
    if (definition === 'Quantity' && this.#chance(0.5)) return { value: 7, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' };
    return this.#element(definition, depth + 1);
  }

  #reference(): string {
    const forms = [
      `Encounter/${this.#marker()}`,
      `urn:uuid:${this.#marker()}`,
      `https://ehr.example/${this.#marker()}/Practitioner/${this.#marker()}`,
      `Patient?name=${this.#marker()}`,
    ];
    return forms[Math.floor(this.next(forms.length))] as string;
  }

  #primitive({ enum: codes, format, type, minimum }: MemberSchema): JsonValue {
    if (codes !== undefined) return codes.filter((code) => code !== null)[Math.floor(this.next(codes.filter((code) => code !== null).length))] as string;
    const kind = typeof type === 'object' ? type[0] : type;
    if (kind === 'boolean') return this.#chance(0.5);
    if (kind === 'number') return Math.floor(this.next(900)) / 10;
    if (kind === 'integer') return Math.max(minimum ?? 0, 1) + Math.floor(this.next(80));
    return this.#text(format ?? 'string');
  }

  #text(format: string): string {
    const day = new Date(Date.UTC(1940, 0, 1) + Math.floor(this.next(30_000)) * 86_400_000).toISOString().slice(0, 10);
    switch (format) {
      case 'date':
        return day;
      case 'dateTime':
        return this.#chance(0.5) ? day : `${day}T10:11:12+01:00`;
      case 'instant':
        return `${day}T10:11:12.345Z`;
      case 'time':
        return '10:11:12';
      case 'code':
        return this.#chance(0.5) ? 'active' : this.#marker();
      case 'base64Binary':
        return Buffer.from(`${this.#marker()}..`.slice(0, 9).padEnd(9, '.')).toString('base64');
      case 'xhtml':
        return `<div xmlns="http://www.w3.org/1999/xhtml">${this.#marker()}</div>`;
      case 'oid':
        return `urn:oid:1.2.${Math.floor(this.next(1e9))}`;
      case 'uuid':
        return `urn:uuid:${'0123abcd-0123-0123-0123-0123456789ab'}`;
      case 'id':
      case 'string':
      case 'markdown':
        return this.#marker();
      default:
        return `urn:${this.#marker()}`;
    }
  }
}

/** Not made here: resources within resources, and what makes a resource be withheld. */
const NEVER: ReadonlySet<string> = new Set(['resourceType', 'contained', 'modifierExtension', 'implicitRules']);
