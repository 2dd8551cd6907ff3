import { type PatientCommand, patientDecider } from '../domain/record/decide.js';
import type { Rejection } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import { assertionOf, type Said, type WrittenResource } from './assertion.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import { keepTranslated } from './keep-translated.js';
import { type Located, locatePatient, type PatientNamed, placeOfRecord } from './locate-patient.js';
import type { CommandRequest, Outcome } from './request.js';

/** What all commands with a resource share. */
export interface StatementBody extends PatientNamed {
  readonly sourceRecordId: string;
  readonly sourceVersion?: string;
  readonly effectiveAt?: string;
}

/** What a source asks of a patient's stream; translating is the ledger's own doing. */
type StatingCommand = Exclude<PatientCommand, { readonly name: 'translate-statements' }>;

export type StatementRequest<Body extends StatementBody> = CommandRequest<Body> & { readonly resource: WrittenResource };

/** A source states something about a known patient: locate → say → decide in the patient's lane. */
export async function assertAbout<Body extends StatementBody>(
  deps: CommandDeps,
  request: StatementRequest<Body>,
  sourceId: string,
  name: StatingCommand['name'],
  command: (assertion: Exclude<ReturnType<typeof assertionOf>, Rejection>) => StatingCommand,
): Promise<Outcome> {
  const located = await locatePatient(deps, request.caller.tenant, request.body);
  if ('kind' in located) return located;
  const placed = await placeOfRecord(deps, request.caller.tenant, located, sourceId, request.body.sourceRecordId);
  const assertion = assertionOf(deps, saidBy(request, placed, sourceId));
  if ('kind' in assertion) return assertion;
  return submitPatient(deps, request, placed, name, command(assertion));
}

export function saidBy<Body extends StatementBody>(request: StatementRequest<Body>, located: Located, source: string): Said {
  const { sourceRecordId, sourceVersion = null, effectiveAt = null } = request.body;
  return { ...located, source, sourceRecordId, sourceVersion, effectiveAt, resource: request.resource };
}

export async function submitPatient(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  located: Located,
  name: StatingCommand['name'],
  command: StatingCommand,
): Promise<Outcome> {
  const tenantRing = await deps.vault.tenantRing(request.caller.tenant);
  const outcome = await deps.submit(streams.patient(request.caller.tenant, located.patientId), {
    decider: patientDecider,
    command,
    envelope: envelopeOf(request, name, tenantRing),
    ring: located.ring,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text) + translationBytes(command),
  });
  if (outcome.kind !== 'done') return outcome;
  await keepTranslated(deps, request, command.name, outcome.receipt, located.patientId);
  return { ...outcome, patientId: located.patientId };
}

function translationBytes(command: StatingCommand): number {
  return 'assertion' in command && command.assertion.translation !== undefined ? JSON.stringify(command.assertion.translation.statements).length : 0;
}
