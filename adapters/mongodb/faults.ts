import { MongoError } from 'mongodb';
import { type FaultCode, LedgerFault } from '../../domain/rejections.js';

/** `OutOfDiskSpace`, the one server error that waiting does not cure. */
const OUT_OF_DISK_SPACE = 14_031;

/**
 * A read met a collection that was being dropped, or a snapshot that the server could not give: nothing is wrong, and the
 * same read succeeds a moment later. `QueryPlanKilled`, `SnapshotTooOld`, `SnapshotUnavailable`, `CursorNotFound`.
 */
const READ_AGAIN = new Set([175, 239, 246, 43]);

export function faultOf(cause: unknown, code: FaultCode): LedgerFault {
  if (cause instanceof LedgerFault) return cause;
  return new LedgerFault(cause instanceof MongoError && cause.code === OUT_OF_DISK_SPACE ? 'store-full' : code, { cause });
}

export function isWorthReadingAgain(fault: unknown): boolean {
  return fault instanceof MongoError && READ_AGAIN.has(Number(fault.code));
}

/** The driver bounds its steps one by one; this bounds their sum. What was on its way may still happen: repeating is safe. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`MongoDB gave no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
