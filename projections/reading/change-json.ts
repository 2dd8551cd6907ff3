import { findingsOf, standingOf } from '../../domain/change-control/standing.js';
import type { KeyRing } from '../../domain/rings.js';
import type { ChangeRow } from '../../schemas/read-models/change.js';
import type { JsonText } from './record-json.js';

/** A change as the API shows it; with a ring, what it would do is spliced in as it was written. */
export async function changeJson(row: ChangeRow, now: string, ring: KeyRing | null): Promise<JsonText> {
  const { body, ...about } = row;
  const shown = JSON.stringify({ ...about, state: standingOf(row, now), findings: findingsOf(row, now) });
  if (ring === null || body === null || !ring.holds(body.sealed)) return shown;
  return `${shown.slice(0, -1)},"body":${await ring.open(body.sealed, body)}}`;
}
