import { amendmentFindings, amendmentStanding } from '../../domain/amendment/standing.js';
import type { KeyRing } from '../../domain/rings.js';
import type { AmendmentRow, AmendmentStep } from '../../schemas/read-models/amendment.js';
import type { AccessRow } from '../accesses.js';

/** Somebody to whom the fact may have gone before it was amended (45 CFR 164.526(c)(3)(ii)): who, and when last. */
export interface Party {
  readonly subject: string;
  readonly organization: string | null;
  readonly purpose: string;
  readonly lastAt: string;
}

/** A request for amendment as the API shows it, and how many sealed parts were opened for that. */
export async function amendmentJson(
  row: AmendmentRow,
  now: string,
  ring: KeyRing | null,
  parties: readonly Party[] | null,
): Promise<{ readonly json: object; readonly opened: number }> {
  const { request, extension, acceptance, denial, statement, rebuttal, timeZone: _, ...about } = row;
  const steps = { request, extension, denial, statement, rebuttal };
  const shown = await Promise.all(Object.entries(steps).map(async ([name, step]) => [name, await stepJson(step, ring)] as const));
  const json = {
    ...about,
    state: amendmentStanding(row),
    findings: amendmentFindings(row, now),
    overdue: amendmentFindings(row, now).includes('overdue'),
    ...Object.fromEntries(shown),
    acceptance: acceptance === null ? null : { ...withoutText(acceptance), inform: await namesOf(acceptance, ring), parties },
  };
  const opened = [...Object.values(steps), acceptance].filter((step) => step !== null && opens(ring, step));
  return { json, opened: opened.length };
}

async function stepJson(step: AmendmentStep | null, ring: KeyRing | null): Promise<object | null> {
  if (step === null) return null;
  const { text } = step;
  if (ring !== null && text !== null && ring.holds(text.sealed)) return { ...withoutText(step), text: await ring.open(text.sealed, text) };
  return ring === null || step.text === null ? withoutText(step) : { ...withoutText(step), withheld: true };
}

function opens(ring: KeyRing | null, step: AmendmentStep): boolean {
  return ring !== null && step.text !== null && ring.holds(step.text.sealed);
}

function withoutText<Step extends AmendmentStep>({ text: _, ...step }: Step): Omit<Step, 'text'> {
  return step;
}

/** Whom the individual wants informed. */
async function namesOf({ text }: AmendmentStep, ring: KeyRing | null): Promise<string[] | null> {
  if (text === null) return [];
  return ring === null || !ring.holds(text.sealed) ? null : (JSON.parse(await ring.open(text.sealed, text)) as string[]);
}

/** Who was shown the category before the amendment was accepted, out of the accounting of disclosures; the patient themselves apart. */
export function partiesTo(row: AmendmentRow, accesses: readonly AccessRow[]): Party[] {
  const until = row.acceptance?.at ?? '';
  const parties = new Map<string, Party>();
  for (const { outcome, categories, at, subject, organization, purpose } of accesses) {
    if (outcome !== 'allowed' || at > until || subject === row.patientId || !categories.includes(row.category)) continue;
    const key = JSON.stringify([subject, organization, purpose]);
    const lastAt = parties.get(key)?.lastAt ?? at;
    parties.set(key, { subject, organization, purpose, lastAt: at > lastAt ? at : lastAt });
  }
  return [...parties.values()];
}
