import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Verdict = 'valid' | 'invalid' | 'acceptable';

/** One test of a file, with the members of its group beside its own. */
export type Vector<T> = T & { readonly tcId: number; readonly comment: string; readonly flags: readonly string[]; readonly result: Verdict };

interface VectorFile<T> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Record<string, unknown> & { readonly tests: readonly Vector<T>[] })[];
}

/** All tests of a Wycheproof file. Throws when some that the file announces are not there. */
export function wycheproof<T>(name: string): readonly Vector<T>[] {
  const file = new URL(`../../../test/fixtures/crypto/${name}_test.json.gz`, import.meta.url);
  const { numberOfTests, testGroups } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as VectorFile<T>;
  const vectors = testGroups.flatMap(({ tests, ...group }) => tests.map((one) => ({ ...group, ...one })));
  if (vectors.length !== numberOfTests) throw new Error(`${name}: ${vectors.length} tests of ${numberOfTests}`);
  return vectors;
}

export const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
export const hexOf = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(bytes as Uint8Array).toString('hex');
