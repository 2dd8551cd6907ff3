import type { EventOf } from '../../schemas/catalogue.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import { accept, type Decider, type Decision, type Draft, type Repeat, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';
import { type Act, between, evolveIdentities, GROUP_AT_MOST, groupOf, type IdentitiesState, initialIdentities, membersUnder, rootOf } from './identities.js';

export type IdentitiesCommand =
  | {
      readonly name: 'merge-patients' | 'unmerge-patients';
      readonly survivor: string;
      readonly absorbed: string;
      readonly approval: string | null;
      readonly reason: string;
    }
  | { readonly name: 'link-patients'; readonly patientId: string; readonly otherPatientId: string; readonly reason: string }
  | {
      readonly name: 'unlink-patients';
      readonly patientId: string;
      readonly otherPatientId: string;
      readonly verdict: EventOf<'patients-unlinked'>['data']['verdict'];
      readonly reason: string;
    };

type Between<Name extends IdentitiesCommand['name']> = Extract<IdentitiesCommand, { readonly name: Name }>;

/** All merges and links of a tenant are one stream and decided in one place, so that no two of them can make a circle. */
export const identitiesDecider: Decider<IdentitiesState, IdentitiesCommand> = {
  initial: initialIdentities,
  evolve: evolveIdentities,
  decide: decideIdentities,
};

export function decideIdentities(state: IdentitiesState, command: IdentitiesCommand): Decision {
  switch (command.name) {
    case 'merge-patients':
      return decideMerge(state, command);
    case 'unmerge-patients':
      return decideUnmerge(state, command);
    case 'link-patients':
      return decideLink(state, command);
    case 'unlink-patients':
      return decideUnlink(state, command);
  }
}

function decideMerge(state: IdentitiesState, { survivor, absorbed, approval, reason }: Between<'merge-patients' | 'unmerge-patients'>): Decision {
  if (survivor === absorbed) return reject('same-patient');
  const live = state.merges.get(absorbed);
  if (live?.survivor === survivor) return repeatOf(live);
  // Before asking for another edge out of it: the circle is the graver mistake, and the one to be told of.
  if (rootOf(state, survivor) === rootOf(state, absorbed) && membersUnder(state, absorbed).includes(survivor)) return reject('merge-cycle');
  if (live !== undefined) return reject('already-merged');
  const into = groupOf(state, survivor);
  const members = [...into.members, ...groupOf(state, absorbed).members].sort();
  if (members.length > GROUP_AT_MOST) return reject('group-too-large');
  return accept(plain({ type: 'patients-merged', data: { absorbed, survivor, group: { root: into.root, members }, approval, reason } }));
}

/** Sent again, it is the first one, unless the patient has been merged since. */
function decideUnmerge(state: IdentitiesState, { survivor, absorbed, approval, reason }: Between<'merge-patients' | 'unmerge-patients'>): Decision {
  const live = state.merges.get(absorbed);
  if (live?.survivor !== survivor) {
    const last = state.past.get(absorbed)?.findLast((ended) => ended.merge.absorbed === absorbed);
    return live === undefined && last?.merge.survivor === survivor ? repeatOf(last.unmerge) : reject('not-merged');
  }
  const released: PatientGroup = { root: absorbed, members: membersUnder(state, absorbed).sort() };
  const away = new Set(released.members);
  const { root, members } = groupOf(state, survivor);
  const kept: PatientGroup = { root, members: members.filter((member) => !away.has(member)) };
  return accept(plain({ type: 'patients-unmerged', data: { absorbed, survivor, kept, released, approval, reason } }));
}

function decideLink(state: IdentitiesState, { patientId, otherPatientId, reason }: Between<'link-patients'>): Decision {
  if (patientId === otherPatientId) return reject('same-patient');
  if (rootOf(state, patientId) === rootOf(state, otherPatientId)) return reject('already-merged');
  const known = between(state.links, patientId, otherPatientId);
  if (known !== undefined) return repeatOf(known);
  return accept(plain({ type: 'patients-linked', data: { patientIds: [patientId, otherPatientId].sort(), reason } }));
}

/** Two patients can be found to be different people without ever having been linked: that settles a candidate. */
function decideUnlink(state: IdentitiesState, { patientId, otherPatientId, verdict, reason }: Between<'unlink-patients'>): Decision {
  if (patientId === otherPatientId) return reject('same-patient');
  const linked = between(state.links, patientId, otherPatientId) !== undefined;
  if (verdict === 'different-people') {
    if (rootOf(state, patientId) === rootOf(state, otherPatientId)) return reject('already-merged');
    const known = between(state.different, patientId, otherPatientId);
    if (known !== undefined && !linked) return repeatOf(known);
  } else if (!linked) return reject('not-linked');
  return accept(plain({ type: 'patients-unlinked', data: { patientIds: [patientId, otherPatientId].sort(), verdict, reason } }));
}

function repeatOf({ eventId, revision }: Act): Repeat {
  return { kind: 'repeat', eventId, revision };
}

type IdentityEvents = 'patients-merged' | 'patients-unmerged' | 'patients-linked' | 'patients-unlinked';

function plain(draft: { [T in IdentityEvents]: { type: T; data: EventOf<T>['data'] } }[IdentityEvents]): Draft {
  return { ...draft, source: null, validTime: TIMELESS, content: null };
}
