import type { DesignationScope } from '../../schemas/events/system-of-record-designated.js';
import type { Designation } from './precedence.js';

/**
 * A designation in words, for those who read a record or the list: "For laboratory, from 2026-01-01 on: lis before ehr
 * (version 2, because the laboratory measures and the EHR copies)." Names nobody, and no code.
 */
export function explain(designation: Designation): string {
  const { scope, sources, revision, reason, withdrawn } = designation;
  const ended = withdrawn === null ? '' : ` Withdrawn from ${day(withdrawn.effectiveFrom)} on, because ${ofSentence(withdrawn.reason)}.`;
  return `For ${scopeWords(scope)}, ${timeWords(designation)}: ${sources.join(' before ')} (version ${revision}, because ${ofSentence(reason)}).${ended}`;
}

/** What a scope is about: "a range of codes in laboratory of this patient, where north-lab has a say". */
export function scopeWords({ patientId, codes, organization, category, element }: DesignationScope): string {
  const about = category?.replaceAll('-', ' ');
  const what = element === null ? (about ?? 'everything') : `the demographic element ${element}`;
  const whose = patientId === null ? '' : ' of this patient';
  const where = organization === null ? '' : `, where ${organization} has a say`;
  const codesOf = about === undefined ? 'a range of codes' : `a range of codes in ${about}`;
  return `${codes === null ? what : codesOf}${whose}${where}`;
}

function timeWords({ effectiveFrom, effectiveTo, recordedAt }: Designation): string {
  const when = effectiveTo === null ? `from ${day(effectiveFrom)} on` : `from ${day(effectiveFrom)} until ${day(effectiveTo)}`;
  // What takes effect at once is recorded a moment later: only an earlier day is the past.
  return effectiveFrom.slice(0, 10) < recordedAt.slice(0, 10) ? `${when} (for the past, entered ${recordedAt.slice(0, 10)})` : when;
}

/** A midnight in UTC is a day; any other instant is written out. */
function day(instant: string): string {
  return instant.replace(/T00:00:00(\.0+)?Z$/, '');
}

/** A reason may end with a full stop of its own. */
function ofSentence(reason: string): string {
  return reason.trim().replace(/\.+$/, '');
}
