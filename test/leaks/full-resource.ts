import { randomUUID } from 'node:crypto';
import { type Cardinality, loadR4Schema } from '../../adapters/fhir/r4-schema.js';
import type { Json } from '../support/client.js';
import type { Canaries } from './canaries.js';

/** Elements within elements that are filled in whole; below them only what must be there, and words. */
const WHOLE_DEPTH = 2;
const DEPTH_AT_MOST = 6;
const r4 = loadR4Schema();

/**
 * A resource of this type with every element that FHIR R4 knows filled in, down to some depth, and every value a marker of
 * its own. It follows the schema, so that no element is forgotten.
 */
export function fullResource(canaries: Canaries, type: string, patientReference: string): Json {
  return new Filling(canaries, patientReference).element(type, '', 0);
}

class Filling {
  #turn = 0;

  constructor(
    private readonly canaries: Canaries,
    private readonly patientReference: string,
  ) {}

  element(definition: string, name: string, depth: number): Json {
    const special = this.#special(definition, name);
    if (special !== undefined) return special;
    const { properties, fhirElement = {}, required = [] } = r4.schemaOf(definition);
    const chosen = this.#choices(fhirElement);
    const demanded = new Set([
      ...required,
      ...(fhirElement.required ?? []),
      ...(fhirElement.choices ?? []).flatMap((choice) => (choice.required ? choice.names : [])),
    ]);
    const filled: Record<string, Json> = {};
    for (const [member, schema] of Object.entries(properties)) {
      if (chosen.get(member) === false || member === 'contained' || (member.startsWith('_') && depth > 0)) continue;
      if (member.startsWith('_') && chosen.get(member.slice(1)) === false) continue;
      if (depth >= WHOLE_DEPTH && !demanded.has(member) && !isWord(schema)) continue;
      const value = this.#value(schema, member, depth);
      if (value !== undefined) filled[member] = value;
    }
    return filled;
  }

  /** Of each choice one member is true, in turn another; the others are false. */
  #choices({ choices = [] }: Cardinality): Map<string, boolean> {
    const chosen = new Map<string, boolean>();
    for (const { names } of choices) {
      this.#turn += 1;
      const one = names.find((name) => /DateTime$/.test(name)) ?? names[this.#turn % names.length];
      for (const name of names) chosen.set(name, name === one);
    }
    return chosen;
  }

  #value(schema: Json, name: string, depth: number): Json {
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return schema.enum[0];
    if (schema.fhirType !== undefined) return depth < DEPTH_AT_MOST ? this.element(schema.fhirType, name, depth + 1) : undefined;
    if (schema.type === 'array') {
      const { fhirItems, items } = schema;
      if (fhirItems === undefined) return [this.#value(items, name, depth)];
      return depth < DEPTH_AT_MOST ? [this.element(fhirItems.definition, name, depth + 1)] : undefined;
    }
    const types = [schema.type].flat();
    if (types.includes('boolean')) return true;
    if (types.includes('number')) return this.canaries.decimal();
    if (types.includes('integer')) return this.canaries.integer();
    return this.#text(schema.format, name);
  }

  #text(format: string, name: string): string {
    const mark = () => this.canaries.next(name);
    switch (format) {
      case 'base64Binary':
        return Buffer.from(mark()).toString('base64');
      case 'canonical':
      case 'uri':
      case 'url':
        return `urn:${mark()}`;
      case 'oid':
        return `urn:oid:1.2.${this.canaries.integer()}`;
      case 'uuid':
        return `urn:uuid:${this.canaries.note(randomUUID())}`;
      case 'xhtml':
        return `<div xmlns="http://www.w3.org/1999/xhtml">${mark()}</div>`;
      // When something happened stands in clear, for the log's two times: days of no person's own.
      case 'date':
        return '2019-03-04';
      case 'dateTime':
      case 'instant':
        return '2019-03-04T05:06:07Z';
      case 'time':
        return '05:06:07';
      default:
        return mark();
    }
  }

  #special(definition: string, name: string): Json {
    const mark = (more: string) => this.canaries.next(`${name}${more}`);
    switch (definition) {
      case 'Extension':
        return { url: `http://example.org/${mark('Url')}`, valueString: mark('') };
      case 'Element':
        return { id: mark('Id'), extension: [{ url: `http://example.org/${mark('Url')}`, valueString: mark('') }] };
      case 'Reference':
        return { reference: /^(subject|patient|beneficiary|individual)$/.test(name) ? this.patientReference : `Basic/${mark('')}`, display: mark('Display') };
      case 'Period':
        return { id: mark('Id'), start: '2019-03-04', end: '2019-03-05' };
      case 'Narrative':
        return { status: 'generated', div: this.#text('xhtml', 'narrative') };
      default:
        return undefined;
    }
  }
}

const isWord = (schema: Json): boolean => schema.type === 'string' && ['string', 'markdown', 'code', 'uri'].includes(schema.format);
