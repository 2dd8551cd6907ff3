import type { Position } from '@eventstore/db-client';
import { LedgerFault } from '../../domain/rejections.js';

const FORM = /^(\d{1,20})-(\d{1,20})$/;

/** A place in `$all`: commit and prepare are both kept, since only together they name one event on every server version. */
export function positionText({ commit, prepare }: Position): string {
  return `${commit}-${prepare}`;
}

export function parsePosition(text: string): Position {
  const [, commit, prepare] = FORM.exec(text) ?? [];
  if (commit === undefined || prepare === undefined) throw new LedgerFault('internal', { cause: new Error('not a position of this store') });
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}

/** Positions are byte offsets of 64 bits: more than a number holds. */
export function comparePositions(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = [parsePosition(left), parsePosition(right)];
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  if (a.prepare !== b.prepare) return a.prepare < b.prepare ? -1 : 1;
  return 0;
}
