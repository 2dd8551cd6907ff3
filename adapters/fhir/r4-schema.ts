import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { packageRoot } from '../package-root.js';
import { OTHER_PRIMITIVES, STRING_FORMATS } from './formats.js';

/** What HL7's JSON Schema leaves out: elements that must be there, and members of which only one may be. */
export interface Cardinality {
  readonly required?: readonly string[];
  readonly choices?: readonly { readonly stem: string; readonly names: readonly string[]; readonly required?: boolean }[];
}

/** What HL7's schema says of one definition or property. */
interface SourceSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: string;
  readonly items?: SourceSchema;
  readonly properties?: Readonly<Record<string, SourceSchema>>;
  readonly required?: readonly string[];
}

/** A JSON Schema of a member: a primitive, an element of a definition that is named, or a list of either. */
export interface MemberSchema {
  readonly const?: unknown;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: MemberSchema;
  readonly fhirType?: string;
  readonly fhirItems?: { readonly definition: string; readonly nullable: boolean };
}

/** A JSON Schema for ajv with the keywords of `validate.ts`; other definitions are named and not referred to. */
export interface ElementSchema {
  readonly type: 'object';
  readonly minProperties: number;
  readonly properties: Readonly<Record<string, MemberSchema>>;
  readonly additionalProperties: false;
  readonly required?: readonly string[];
  readonly fhirElement?: Cardinality;
}

/** Stands for "whatever resource type it says it is" where the name of a definition is expected. */
export const ANY_RESOURCE = 'ResourceList';

export interface R4Schema {
  /** The types a resource may have. */
  readonly types: ReadonlySet<string>;
  /** Whether `schemaOf` knows the name. */
  has(definition: string): boolean;
  /** The schema of a resource type, a data type or an element (`Observation_Component`). */
  schemaOf(definition: string): ElementSchema;
}

const DEFINITIONS = '#/definitions/';

const primitive = (name: string): MemberSchema | null =>
  Object.hasOwn(STRING_FORMATS, name) ? { type: 'string', format: name } : (OTHER_PRIMITIVES[name] ?? null);

type PrimitiveOf = (schema: SourceSchema) => MemberSchema | null;
type Definitions = Readonly<Record<string, SourceSchema>>;

/**
 * The schema repeats a primitive's pattern wherever a choice has that type, and puts patterns on numbers, where they
 * check nothing. Types that share a pattern (uri, url, canonical; string, markdown) share their checks here as well.
 */
function primitivesByPattern(definitions: Definitions): PrimitiveOf {
  const names = new Map<string, string>([['^(\\s*([0-9a-zA-Z\\+/=]){4}\\s*)+$ string', 'base64Binary']]);
  for (const [name, { pattern, type }] of Object.entries(definitions)) {
    if (pattern !== undefined && !names.has(`${pattern} ${type}`)) names.set(`${pattern} ${type}`, name);
  }
  return (schema) => {
    if (schema.$ref !== undefined) return primitive(schema.$ref.slice(DEFINITIONS.length));
    if (schema.enum !== undefined) return { enum: schema.enum };
    const name = schema.pattern === undefined ? undefined : names.get(`${schema.pattern} ${schema.type}`);
    return name === undefined ? null : primitive(name);
  };
}

/** In an array of primitives, `null` keeps the place of an item that has only extensions (R4 JSON, "primitive elements"). */
function primitiveOrNull(schema: MemberSchema): MemberSchema {
  const { enum: codes, type = [] } = schema;
  return codes === undefined ? { ...schema, type: [type, 'null'].flat() } : { enum: [...codes, null] };
}

function adaptProperty(name: string, schema: SourceSchema, primitiveOf: PrimitiveOf): MemberSchema {
  if (schema.const !== undefined) return { const: schema.const };
  const known = primitiveOf(schema);
  if (known !== null) return known;
  if (schema.$ref !== undefined) return { fhirType: schema.$ref.slice(DEFINITIONS.length) };
  const { items } = schema;
  if (items === undefined) throw new Error(`the FHIR schema has a property of an unknown kind: ${name}`);
  const item = primitiveOf(items);
  if (item !== null) return { type: 'array', minItems: 1, items: primitiveOrNull(item) };
  const definition = (items.$ref ?? '').slice(DEFINITIONS.length);
  return { type: 'array', minItems: 1, fhirItems: { definition, nullable: name.startsWith('_') } };
}

/** A primitive's extensions stand beside it, in `_name`. HL7's schema forgets them for some (`ElementDefinition.type.profile`). */
function siblingsOf(properties: Readonly<Record<string, SourceSchema>>, primitiveOf: PrimitiveOf): Record<string, MemberSchema> {
  const siblings: Record<string, MemberSchema> = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (name === 'resourceType' || name.startsWith('_') || Object.hasOwn(properties, `_${name}`)) continue;
    if (primitiveOf(schema) !== null) siblings[`_${name}`] = { fhirType: 'Element' };
    else if (schema.items !== undefined && primitiveOf(schema.items) !== null) {
      siblings[`_${name}`] = { type: 'array', minItems: 1, fhirItems: { definition: 'Element', nullable: true } };
    }
  }
  return siblings;
}

function adaptDefinition(schema: SourceSchema, cardinality: Cardinality | undefined, primitiveOf: PrimitiveOf): ElementSchema {
  const properties = schema.properties ?? {};
  const adapted = Object.entries(properties).map(([name, property]) => [name, adaptProperty(name, property, primitiveOf)]);
  return {
    // The schema forgets to say that an object is one, and would let a string pass in its place.
    type: 'object',
    minProperties: 1,
    properties: { ...Object.fromEntries(adapted), ...siblingsOf(properties, primitiveOf) },
    additionalProperties: false,
    ...(schema.required === undefined ? {} : { required: schema.required }),
    ...(cardinality === undefined ? {} : { fhirElement: cardinality }),
  };
}

/**
 * Reads HL7's JSON Schema of FHIR R4 (`schemas/fhir/SOURCE.md`) so that it can be compiled one definition at a time:
 * references become names, the `oneOf` over all resources a dispatch, patterns formats. It reads two files of the
 * package, synchronously, in about 50 ms.
 */
export function loadR4Schema(): R4Schema {
  const folder = new URL('schemas/fhir/', packageRoot());
  const source = JSON.parse(gunzipSync(readFileSync(new URL('r4.schema.json.gz', folder))).toString('utf8')) as {
    readonly discriminator: { readonly mapping: Readonly<Record<string, string>> };
    readonly definitions: Definitions;
  };
  const cardinalities = JSON.parse(readFileSync(new URL('r4.cardinality.json', folder), 'utf8')) as Record<string, Cardinality>;
  const primitiveOf = primitivesByPattern(source.definitions);
  return {
    types: new Set(Object.keys(source.discriminator.mapping)),
    has: (definition) => Object.hasOwn(source.definitions, definition),
    schemaOf(definition) {
      const schema = source.definitions[definition];
      if (schema === undefined) throw new Error(`FHIR R4 has no definition of ${definition}`);
      return adaptDefinition(schema, cardinalities[definition], primitiveOf);
    },
  };
}
