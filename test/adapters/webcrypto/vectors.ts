import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface VectorGroup<T> {
  readonly ivSize?: number;
  readonly tests: readonly (T & { readonly tcId: number; readonly result: 'valid' | 'invalid' | 'acceptable' })[];
}

/** Wycheproof vectors, which lie beside the project and are no part of it; undefined after saying on one line that they are absent. */
export function wycheproof<T>(name: string): readonly VectorGroup<T>[] | undefined {
  const file = new URL(`../../../../../shared/data/crypto/wycheproof/${name}_test.json.gz`, import.meta.url);
  try {
    return (JSON.parse(gunzipSync(readFileSync(file)).toString()) as { testGroups: VectorGroup<T>[] }).testGroups;
  } catch {
    console.log(`SKIP 1 Wycheproof ${name}: the vectors are not there`);
    return undefined;
  }
}

export const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
export const hexOf = (bytes: ArrayBuffer) => Buffer.from(bytes).toString('hex');
