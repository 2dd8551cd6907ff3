import { type MisplacedStatement, misplaced, type PatientThen } from '../../domain/patients/findings.js';
import { type Act, type EndedMerge, groupOf, type IdentitiesState, type Merge, rootOf } from '../../domain/patients/identities.js';

/** What is read: the tenant's merges and links, and patients' streams as far as a finding needs them. */
export interface IdentityReading {
  readonly identities: { readonly state: IdentitiesState; readonly positions: readonly string[] };
  readonly patient: (patientId: string) => Promise<PatientThen>;
  readonly compare: (left: string, right: string) => number;
}

const LISTED_AT_MOST = 1000;
const FINDINGS_AT_MOST = 500;

export interface IdentityAnswer {
  readonly patientId: string;
  /** Who answers for the patient: themselves, unless they were merged. */
  readonly survivor: string;
  readonly members: readonly string[];
  readonly merges: readonly object[];
  readonly links: readonly object[];
  readonly differentPeople: readonly object[];
  readonly pastMerges: readonly object[];
  readonly findings: readonly MisplacedStatement[];
}

/** Who a patient is, by what stewards decided: with whom they are one, linked, or not the same, since when, by whom and why. */
export async function identityOf(reading: IdentityReading, patientId: string): Promise<IdentityAnswer> {
  const { state } = reading.identities;
  const { root, members } = groupOf(state, patientId);
  const merges = members.map((member) => state.merges.get(member)).filter((merge) => merge !== undefined);
  const past = distinct(members.flatMap((member) => state.past.get(member) ?? []));
  return {
    patientId,
    survivor: root,
    members,
    merges: merges.sort(byRevision).map(mergeJson),
    links: pairs(state.links, members),
    differentPeople: pairs(state.different, members),
    pastMerges: past.map(({ merge, unmerge, kept, released }) => ({
      ...mergeJson(merge),
      unmerged: { ...actJson(unmerge), approval: unmerge.approval },
      kept,
      released,
    })),
    findings: await findingsOf(reading, past),
  };
}

/** What stayed with a survivor and may be the other's. A merge that was made anew has nothing to sort out. */
async function findingsOf({ identities, patient, compare }: IdentityReading, past: readonly EndedMerge[]): Promise<MisplacedStatement[]> {
  const found: MisplacedStatement[] = [];
  for (const ended of past) {
    const { merge, unmerge, kept, released } = ended;
    const [from, to] = [identities.positions[merge.revision], identities.positions[unmerge.revision]];
    const again = rootOf(identities.state, merge.absorbed) === rootOf(identities.state, merge.survivor);
    if (again || from === undefined || to === undefined) continue;
    const sides = {
      kept: await Promise.all([...new Set([merge.survivor, kept.root])].map(patient)),
      released: await Promise.all(released.members.map(patient)),
    };
    found.push(...misplaced(ended, { from, to }, sides, compare));
  }
  return found.slice(0, FINDINGS_AT_MOST);
}

function distinct(past: readonly EndedMerge[]): EndedMerge[] {
  const byEvent = new Map(past.map((ended) => [ended.unmerge.eventId, ended]));
  return [...byEvent.values()].sort((left, right) => byRevision(left.unmerge, right.unmerge)).slice(-LISTED_AT_MOST);
}

function pairs(between: IdentitiesState['links'], members: readonly string[]): object[] {
  const listed = members.flatMap((member) => [...(between.get(member) ?? [])].map(([other, act]) => ({ patientIds: [member, other].sort(), act })));
  const byEvent = new Map(listed.map((pair) => [pair.act.eventId, pair]));
  return [...byEvent.values()]
    .sort((left, right) => byRevision(left.act, right.act))
    .slice(-LISTED_AT_MOST)
    .map(({ patientIds, act }) => ({ patientIds, ...actJson(act) }));
}

function mergeJson({ absorbed, survivor, approval, ...act }: Merge) {
  return { absorbed, survivor, ...actJson(act), approval };
}

function actJson({ eventId, at, subject, reason }: Act) {
  return { eventId, at, by: subject, reason };
}

function byRevision(left: Pick<Act, 'revision'>, right: Pick<Act, 'revision'>): number {
  return left.revision - right.revision;
}
