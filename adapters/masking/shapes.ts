import type { MemberType, Shape, Shapes } from '../../domain/masking/tools.js';
import { ANY_RESOURCE, type ElementSchema, loadR4Schema, type MemberSchema, type R4Schema } from '../fhir/r4-schema.js';

/** The shapes of FHIR R4, out of HL7's schema; read on first use (50 ms), each definition once. */
export function fhirShapes(load: () => R4Schema = loadR4Schema): Shapes {
  const known = new Map<string, Shape | undefined>();
  let schema: R4Schema | undefined;
  return (definition) => {
    if (known.has(definition)) return known.get(definition);
    schema ??= load();
    const shape = definition !== ANY_RESOURCE && schema.has(definition) ? shapeOf(schema.schemaOf(definition)) : undefined;
    // Names come out of resources: what is no definition is not kept.
    if (shape !== undefined) known.set(definition, shape);
    return shape;
  };
}

function shapeOf({ properties, required = [], fhirElement }: ElementSchema): Shape {
  const members = new Map(Object.entries(properties).map(([name, member]) => [name, memberOf(member)]));
  const choices = (fhirElement?.choices ?? []).filter((choice) => choice.required === true).map(({ names }) => names);
  const always = [...new Set([...required, ...(fhirElement?.required ?? [])])];
  return { members, needed: new Set([...always, ...choices.flat()]), demanded: [...always, ...choices.flatMap((names) => names.slice(0, 1))] };
}

function memberOf(schema: MemberSchema): MemberType {
  const isList = schema.fhirItems !== undefined || schema.items !== undefined;
  const complex = schema.fhirType ?? schema.fhirItems?.definition;
  if (complex !== undefined) return { type: complex, isList, isPrimitive: false, codes: null };
  const { enum: codes, format, type } = schema.items ?? schema;
  if (codes !== undefined) return { type: 'code', isList, isPrimitive: true, codes: new Set(codes.filter((code) => typeof code === 'string')) };
  return { type: format ?? (type === 'boolean' ? 'boolean' : 'decimal'), isList, isPrimitive: true, codes: null };
}
