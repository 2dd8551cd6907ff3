import { type IdentitiesCommand, identitiesDecider } from '../domain/patients/decide.js';
import { groupOf } from '../domain/patients/identities.js';
import { patientDecider } from '../domain/record/decide.js';
import { type Rejection, reject } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import { isToBeErased } from './erasure/erasure.js';
import type { CommandRequest, Outcome } from './request.js';
import { ensureTranslated } from './translate.js';

/** What a steward says about two patients of the tenant: both must be known. `named` are the body's members that name them. */
export async function submitIdentities(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  named: Readonly<Record<string, string>>,
  command: IdentitiesCommand,
): Promise<Outcome> {
  const { tenant } = request.caller;
  const unknown = await firstUnknown(deps, tenant, named, command.name);
  if (unknown !== null) return unknown;
  return deps.submit(streams.identities(tenant), {
    decider: identitiesDecider,
    command,
    envelope: envelopeOf(request, command.name, await deps.vault.tenantRing(tenant)),
    ring: null,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
}

/** What parts patients, the living from the erased too. */
const PARTING: readonly IdentitiesCommand['name'][] = ['unmerge-patients', 'unlink-patients'];

/** Null when every patient that is named is the tenant's, and nobody is made one with somebody who is erased. */
export async function firstUnknown(
  deps: CommandDeps,
  tenant: string,
  named: Readonly<Record<string, string>>,
  command: IdentitiesCommand['name'],
): Promise<Rejection | null> {
  for (const [member, patientId] of Object.entries(named)) {
    const unknown = await unknownPatient(deps, tenant, patientId, member);
    if (unknown !== null) return unknown;
    if (!PARTING.includes(command) && (await isToBeErased(deps, tenant, patientId)))
      return reject('patient-erased', [{ pointer: `/${member}`, rule: 'living-patient' }]);
  }
  return null;
}

/** Keys may be there before the first event: a registration that never got further made no patient. */
async function unknownPatient(deps: CommandDeps, tenant: string, patientId: string, member: string): Promise<Rejection | null> {
  if ((await deps.vault.standing(tenant, patientId)) !== 'unknown') {
    const stream = streams.patient(tenant, patientId);
    const folded = await deps.states.load(patientDecider, stream);
    if (!folded.state.exists) await deps.states.refresh(patientDecider, stream, folded);
    if (folded.state.exists) return null;
  }
  return reject('unknown-patient', [{ pointer: `/${member}`, rule: 'known-patient' }]);
}

/**
 * After the edge has been made or ended: the facts of each group that there is now are given names under its root's key.
 * A repeat of the command does what is missing, so that a crash in between costs no more than sending it again.
 */
export async function regrouped(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  command: IdentitiesCommand['name'],
  patients: readonly string[],
  outcome: Outcome,
): Promise<Outcome> {
  if (outcome.kind !== 'done') return outcome;
  const { caller, correlationId } = request;
  const { state } = await deps.identities.latest(deps, caller.tenant);
  const groups = new Map(patients.map((patientId) => groupOf(state, patientId)).map((group) => [group.root, group]));
  const causationId = outcome.receipt.eventIds.at(-1) ?? correlationId;
  for (const group of groups.values()) await ensureTranslated(deps, { caller, correlationId, causationId, command }, group);
  const [first] = groups.keys();
  return first === undefined ? outcome : { ...outcome, patientId: first };
}
