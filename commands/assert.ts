import { type PatientCommand, patientDecider } from '../domain/record/decide.js';
import type { Rejection } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import { assertionOf, type Said, type WrittenResource } from './assertion.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import { type Located, locatePatient, type PatientNamed } from './locate-patient.js';
import type { KeyRing } from './ports.js';
import type { CommandRequest, Outcome } from './request.js';

/** What all commands with a resource share. */
export interface StatementBody extends PatientNamed {
  readonly sourceRecordId: string;
  readonly sourceVersion?: string;
  readonly effectiveAt?: string;
}

export type StatementRequest<Body extends StatementBody> = CommandRequest<Body> & { readonly resource: WrittenResource };

/** A source states something about a known patient: locate → say → decide in the patient's lane. */
export async function assertAbout<Body extends StatementBody>(
  deps: CommandDeps,
  request: StatementRequest<Body>,
  sourceId: string,
  name: PatientCommand['name'],
  command: (assertion: Exclude<ReturnType<typeof assertionOf>, Rejection>) => PatientCommand,
): Promise<Outcome> {
  const located = await locatePatient(deps, request.caller.tenant, request.body);
  if ('kind' in located) return located;
  const assertion = assertionOf(deps, saidBy(request, located, sourceId));
  if ('kind' in assertion) return assertion;
  return submitPatient(deps, request, located, name, command(assertion));
}

export function saidBy<Body extends StatementBody>(request: StatementRequest<Body>, located: Located, source: string): Said {
  const { sourceRecordId, sourceVersion = null, effectiveAt = null } = request.body;
  return { ...located, source, sourceRecordId, sourceVersion, effectiveAt, resource: request.resource };
}

export async function submitPatient(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  located: { patientId: string; ring: KeyRing },
  name: PatientCommand['name'],
  command: PatientCommand,
): Promise<Outcome> {
  const tenantRing = await deps.vault.tenantRing(request.caller.tenant);
  const outcome = await deps.submit(streams.patient(request.caller.tenant, located.patientId), {
    decider: patientDecider,
    command,
    envelope: envelopeOf(request, name, tenantRing),
    ring: located.ring,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
  return outcome.kind === 'done' ? { ...outcome, patientId: located.patientId } : outcome;
}
