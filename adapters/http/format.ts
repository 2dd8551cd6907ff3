import type { FastifyRequest } from 'fastify';
import type { Rejection } from '../../domain/rejections.js';
import { bad, type Query } from './parameters.js';

/** Forms in which the record and its lineage go out: our own JSON, FHIR R4, W3C PROV-JSON. */
export type Format = 'json' | 'fhir' | 'prov';

export const FHIR_TYPE = 'application/fhir+json; charset=utf-8; fhirVersion=4.0';
/** PROV-JSON has no media type of its own. */
export const PROV_TYPE = 'application/json; charset=utf-8; profile=prov';

const RANGES_AT_MOST = 20;

/** By `format=`, which wins, else by the `Accept` header, of whose types that we know the most wanted counts; our own JSON otherwise. */
export function formatFrom(request: FastifyRequest, query: Query, offered: readonly Format[]): Format | Rejection {
  const text = query['format'];
  if (text === undefined) return acceptedOf(request.headers.accept ?? '', offered);
  return offered.find((format) => format === text) ?? bad('format', offered.join(', '));
}

function acceptedOf(accept: string, offered: readonly Format[]): Format {
  const ranges = accept.split(',', RANGES_AT_MOST).map(rangeOf);
  const wanted = ranges.filter(({ format, quality }) => format !== null && quality > 0 && offered.includes(format));
  // The sort is stable: of equally wanted types the one named first.
  return wanted.sort((left, right) => right.quality - left.quality)[0]?.format ?? 'json';
}

function rangeOf(range: string): { format: Format | null; quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const named = (name: string) => parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const quality = Number(named('q') ?? '1');
  const isProv = named('profile')?.replaceAll('"', '') === 'prov';
  const format = type === 'application/fhir+json' ? 'fhir' : type === 'application/json' ? (isProv ? 'prov' : 'json') : type === '*/*' ? 'json' : null;
  return { format, quality: Number.isNaN(quality) ? 0 : quality };
}
