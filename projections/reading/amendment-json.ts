import { amendmentFindings, amendmentStanding } from '../../domain/amendment/standing.js';
import type { AmendmentRow, AmendmentStep } from '../../schemas/read-models/amendment.js';
import type { AccessRow } from '../accesses.js';
import { type Words, wordJson } from './words.js';

/** Somebody to whom the fact may have gone before it was amended (45 CFR 164.526(c)(3)(ii)): who, and when last. */
export interface Party {
  readonly subject: string;
  readonly organization: string | null;
  readonly purpose: string;
  readonly lastAt: string;
}

/** A request for amendment as the API shows it. */
export async function amendmentJson(row: AmendmentRow, now: string, words: Words, parties: readonly Party[] | null): Promise<object> {
  const { request, extension, acceptance, denial, statement, rebuttal, timeZone: _, ...about } = row;
  const steps = { request, extension, denial, statement, rebuttal };
  const shown = await Promise.all(Object.entries(steps).map(async ([name, step]) => [name, await stepJson(row, step, words)] as const));
  const findings = amendmentFindings(row, now);
  return {
    ...about,
    state: amendmentStanding(row),
    findings,
    overdue: findings.includes('overdue'),
    ...Object.fromEntries(shown),
    acceptance: acceptance === null ? null : { ...(await acceptanceJson(row, acceptance, words)), parties },
  };
}

async function stepJson({ patientId }: AmendmentRow, step: AmendmentStep | null, words: Words): Promise<object | null> {
  if (step === null) return null;
  const { text, ...said } = step;
  return { ...said, ...wordJson(await words.of(patientId, text)) };
}

/** With the names of those whom the individual wants informed; null where they are not shown. */
async function acceptanceJson({ patientId }: AmendmentRow, { text, ...said }: AmendmentStep, words: Words): Promise<object> {
  if (text === null) return { ...said, inform: [] };
  const word = await words.of(patientId, text);
  if (word.kind === 'shown') return { ...said, inform: JSON.parse(word.text) as string[] };
  return { ...said, inform: null, ...wordJson(word) };
}

/** Who was shown the category until the amendment was accepted, out of the accounting of disclosures; the patient themselves apart. */
export function partiesTo(row: AmendmentRow, acceptedAt: string, accesses: readonly AccessRow[]): Party[] {
  const parties = new Map<string, Party>();
  for (const { outcome, categories, at, subject, organization, purpose } of accesses) {
    if (outcome !== 'allowed' || at > acceptedAt || subject === row.patientId || !categories.includes(row.category)) continue;
    const key = JSON.stringify([subject, organization, purpose]);
    const lastAt = parties.get(key)?.lastAt ?? at;
    parties.set(key, { subject, organization, purpose, lastAt: at > lastAt ? at : lastAt });
  }
  return [...parties.values()];
}
