import { identifierText } from '../domain/identity/identifiers.js';
import { GROUP_AT_MOST, groupOf, type IdentitiesState, rootOf } from '../domain/patients/identities.js';
import { patientDecider } from '../domain/record/decide.js';
import { recordRef } from '../domain/record/state.js';
import { type Rejection, reject } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import { absentPatient } from './absent-patient.js';
import { recordKeyOf } from './assertion.js';
import type { CommandDeps } from './deps.js';
import type { KeyRing } from './ports.js';

export interface PatientNamed {
  readonly patientId?: string;
  readonly identifier?: { readonly system: string; readonly value: string };
}

export interface Located {
  readonly patientId: string;
  readonly ring: KeyRing;
  /** Who answers for the patient where they were merged into another: under whose key their facts meet others. */
  readonly toward: { readonly patientId: string; readonly ring: KeyRing } | null;
}

/**
 * The patient that a command names. An identifier is looked up in the patient index; when the index does not know it yet,
 * it is given the chance to read what the log holds by now, since the registration may have been acknowledged just before.
 * A merged patient is still named by their own id, and what is said of them stays theirs.
 */
export async function locatePatient(deps: CommandDeps, tenant: string, named: PatientNamed): Promise<Located | Rejection> {
  const patientId = named.patientId ?? (await byIdentifier(deps, tenant, named.identifier));
  if (typeof patientId !== 'string') return patientId;
  return (await locatedAs(deps, tenant, patientId)) ?? absentPatient(deps, tenant, patientId);
}

/** Undefined when the tenant has no such patient. */
export async function locatedAs(deps: CommandDeps, tenant: string, patientId: string): Promise<Located | undefined> {
  const ring = await deps.vault.patientRing(tenant, patientId);
  if (ring === undefined) return undefined;
  const root = rootOf(await deps.identities.believed(deps, tenant), patientId);
  const rootRing = root === patientId ? undefined : await deps.vault.patientRing(tenant, root);
  return { patientId, ring, toward: rootRing === undefined ? null : { patientId: root, ring: rootRing } };
}

/**
 * Of merged patients, the one whose stream has the source's record already. A source that has learnt of the merge may name
 * the survivor from now on: a new version of its record still goes where the ones before went, so that it supersedes
 * them, and an unmerge gives the record back whole.
 */
export async function placeOfRecord(deps: CommandDeps, tenant: string, located: Located, source: string, sourceRecordId: string): Promise<Located> {
  const { members } = groupOf(await deps.identities.believed(deps, tenant), located.patientId);
  if (members.length === 1) return located;
  for (const patientId of [located.patientId, ...members.filter((member) => member !== located.patientId)]) {
    const member = patientId === located.patientId ? located : await locatedAs(deps, tenant, patientId);
    if (member === undefined) continue;
    const { state } = await deps.states.load(patientDecider, streams.patient(tenant, patientId));
    if (state.records.has(recordRef(source, recordKeyOf(member.ring, source, sourceRecordId)))) return member;
  }
  return located;
}

async function byIdentifier(deps: CommandDeps, tenant: string, identifier: PatientNamed['identifier']): Promise<string | Rejection> {
  if (identifier === undefined) return reject('patient-required');
  const text = identifierText(identifier.system, identifier.value);
  let found = await deps.patientIndex.find(deps.vault, tenant, text, GROUP_AT_MOST);
  if (found.length === 0) {
    await deps.patientIndex.catchUp();
    found = await deps.patientIndex.find(deps.vault, tenant, text, GROUP_AT_MOST);
  }
  const [first] = found;
  if (first === undefined) return reject('unknown-patient');
  if (found.length === 1) return first;
  // Several patients who are one person by merges are no doubt about who is meant.
  const root = rootOfAll(await deps.identities.believed(deps, tenant), found) ?? rootOfAll((await deps.identities.latest(deps, tenant)).state, found);
  return root ?? reject('ambiguous-patient');
}

function rootOfAll(state: IdentitiesState, patients: readonly string[]): string | undefined {
  const roots = new Set(patients.map((patientId) => rootOf(state, patientId)));
  return roots.size === 1 ? [...roots][0] : undefined;
}
