import type { IdentitiesCommand } from '../../../domain/patients/decide.js';
import { identitiesDecider } from '../../../domain/patients/decide.js';
import { evolveIdentities, initialIdentities } from '../../../domain/patients/identities.js';
import { Story, uuid } from '../given.js';

/** Patients by letter. */
export const id = (letter: string): string => uuid(`patient ${letter}`);

const because = { reason: 'same person, says the registry' };

export const merges = (absorbed: string, survivor: string): IdentitiesCommand => ({
  name: 'merge-patients',
  absorbed: id(absorbed),
  survivor: id(survivor),
  approval: null,
  ...because,
});
export const unmerges = (absorbed: string, survivor: string): IdentitiesCommand =>
  ({ ...merges(absorbed, survivor), name: 'unmerge-patients' }) as IdentitiesCommand;
export const links = (one: string, other: string): IdentitiesCommand => ({ name: 'link-patients', patientId: id(one), otherPatientId: id(other), ...because });
export const unlinks = (one: string, other: string, verdict: 'no-longer-linked' | 'different-people' = 'no-longer-linked'): IdentitiesCommand => ({
  name: 'unlink-patients',
  patientId: id(one),
  otherPatientId: id(other),
  verdict,
  ...because,
});

/** What stewards said of a tenant's patients, one after the other. */
export function identities(...commands: readonly IdentitiesCommand[]) {
  return new Story(identitiesDecider, 'acme.identities').tell(...commands);
}

export function stateOf(story: ReturnType<typeof identities>) {
  return story.events.reduce((state, event, revision) => evolveIdentities(state, event, revision), initialIdentities());
}
