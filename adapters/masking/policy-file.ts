import { existsSync, readFileSync, statSync } from 'node:fs';
import { type TSchema, Type } from '@sinclair/typebox';
import type { ErrorObject } from 'ajv';
import { strictAjv } from '../ajv.js';
import { BadConfiguration } from '../config.js';

const FILE_AT_MOST_BYTES = 1024 * 1024;
const POLICIES_AT_MOST = 100;
const PROBLEMS_AT_MOST = 10;

/**
 * Policies of the house: a JSON array in a file of the data folder, none where there is no file. One that cannot be used stops
 * the start: without its policies, or with half of them, somebody would be shown too much. `kind` is what messages call them.
 */
export function policiesIn<Policy>(file: string, schema: TSchema, kind: string): readonly Policy[] {
  if (!existsSync(file)) return [];
  if (statSync(file).size > FILE_AT_MOST_BYTES) throw new BadConfiguration([`The ${kind} are larger than 1 MiB.`]);
  const policies = parsed(readFileSync(file, 'utf8'), kind);
  const ajv = strictAjv();
  if (ajv.validate<Policy[]>(Type.Array(schema, { maxItems: POLICIES_AT_MOST }), policies)) return policies;
  const problems = (ajv.errors as ErrorObject[]).map(({ instancePath, keyword }) => `${kind}: ${instancePath || '/'} breaks ${keyword}`);
  throw new BadConfiguration(problems.slice(0, PROBLEMS_AT_MOST));
}

function parsed(text: string, kind: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw Object.assign(new BadConfiguration([`The ${kind} are no JSON.`]), { cause });
  }
}
