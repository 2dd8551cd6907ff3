import { createHash } from 'node:crypto';

/** The secret of a number: known to who wraps it and, after any crash, to who checks it. */
export function secretOf(n: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(`secret ${n}`).digest());
}

export function contextOf(n: number): string {
  return JSON.stringify(['tenant', `kek ${n}`]);
}
