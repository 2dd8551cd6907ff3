import { type KeysCommand, keysDecider } from '../domain/keys/decide.js';
import { type Rejection, reject } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import type { ReportKeyCompromise } from '../schemas/commands/report-key-compromise.js';
import type { Reseal } from '../schemas/commands/reseal.js';
import type { ResumeKey } from '../schemas/commands/resume-key.js';
import type { RotateKey } from '../schemas/commands/rotate-key.js';
import type { SuspendKey } from '../schemas/commands/suspend-key.js';
import type { KeyLevel } from '../schemas/phi/key-levels.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import { instantOf } from './instant.js';
import { newId } from './new-id.js';
import type { CommandRequest, Outcome } from './request.js';

const DAY_MS = 86_400_000;
const AHEAD_AT_MOST_DAYS = 30;

/**
 * What is decided about keys. The order is all that happens here: the keys are changed by whoever reads it from the log, in
 * every process, so that a crash after the order leaves nothing half done for long.
 */
export async function rotateKey(deps: CommandDeps, request: CommandRequest<RotateKey>): Promise<Outcome> {
  const { level, because = 'scheduled' } = request.body;
  const patientId = await patientNamed(deps, request);
  if (patientId !== null && typeof patientId !== 'string') return patientId;
  const activatesAt = activationOf(deps, request.body);
  if (activatesAt !== null && typeof activatesAt !== 'string') return activatesAt;
  const fromKeyId = await deps.keyDirectory.currentKeyId(request.caller.tenant, level, patientId);
  const rotationId = await newId(deps, request, 'rotation');
  const data = { rotationId, kind: 'rotate' as const, level, patientId, fromKeyId, because, activatesAt, approval: request.approval };
  return order(deps, request, 'rotate-key', { name: 'order-rotation', data });
}

export async function reseal(deps: CommandDeps, request: CommandRequest<Reseal>): Promise<Outcome> {
  const rotationId = await newId(deps, request, 'rotation');
  const data = {
    rotationId,
    kind: 'reseal' as const,
    level: 'tenant' as const,
    patientId: null,
    fromKeyId: null,
    because: 'migration' as const,
    activatesAt: null,
    approval: null,
  };
  return order(deps, request, 'reseal', { name: 'order-rotation', data });
}

export function suspendKey(deps: CommandDeps, request: CommandRequest<SuspendKey>): Promise<Outcome> {
  return suspension(deps, request, 'suspend-key', 'suspend');
}

export function resumeKey(deps: CommandDeps, request: CommandRequest<ResumeKey>): Promise<Outcome> {
  return suspension(deps, request, 'resume-key', 'resume');
}

async function suspension(
  deps: CommandDeps,
  request: CommandRequest<SuspendKey | ResumeKey>,
  name: 'suspend-key' | 'resume-key',
  kind: 'suspend' | 'resume',
): Promise<Outcome> {
  const { level, because } = request.body;
  const patientId = await patientNamed(deps, request);
  if (patientId !== null && typeof patientId !== 'string') return patientId;
  const keyId = await deps.keyDirectory.currentKeyId(request.caller.tenant, level, patientId);
  if (keyId === null) return reject('unknown-key', [{ pointer: '/level', rule: 'known-key' }]);
  const orderId = await newId(deps, request, 'suspension');
  return order(deps, request, name, { name: 'order-suspension', data: { orderId, kind, level, patientId, keyId, because } });
}

export async function reportKeyCompromise(deps: CommandDeps, request: CommandRequest<ReportKeyCompromise>): Promise<Outcome> {
  const { level, description } = request.body;
  const { tenant } = request.caller;
  const patientId = await patientNamed(deps, request);
  if (patientId !== null && typeof patientId !== 'string') return patientId;
  const suspectedSince = instantOf(request.body.suspectedSince);
  if (suspectedSince === undefined || suspectedSince > deps.clock.now()) return reject('invalid-date', [{ pointer: '/suspectedSince', rule: 'past-instant' }]);
  const keyId = await reportedKey(deps, tenant, level, patientId, request.body.keyId);
  if (keyId === null) return reject('unknown-key', [{ pointer: '/keyId', rule: 'known-key' }]);
  const reportId = await newId(deps, request, 'report');
  const data = { reportId, level, patientId, keyId, suspectedSince };
  return order(deps, request, 'report-key-compromise', { name: 'report-compromise', data, description });
}

async function reportedKey(deps: CommandDeps, tenant: string, level: KeyLevel, patientId: string | null, named: string | undefined): Promise<string | null> {
  if (named === undefined) return deps.keyDirectory.currentKeyId(tenant, level, patientId);
  return (await deps.keyDirectory.knows(tenant, level, patientId, named)) ? named : null;
}

async function order(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  name: 'rotate-key' | 'suspend-key' | 'resume-key' | 'reseal' | 'report-key-compromise',
  command: KeysCommand,
): Promise<Outcome> {
  const { tenant } = request.caller;
  const ring = await deps.vault.tenantRing(tenant);
  return deps.submit(streams.keys(tenant), {
    decider: keysDecider,
    command,
    envelope: envelopeOf(request, name, ring),
    ring,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
}

/**
 * When the next key is to be in use; null for at once. Tenants' keys alone: other processes remember which of them is in use, while a
 * secret's generation is looked up by whoever meets it. Root keys are their provider's, which knows no such state.
 */
function activationOf({ clock }: CommandDeps, { level, activatesAt }: RotateKey): string | null | Rejection {
  if (activatesAt === undefined) return null;
  if (level !== 'tenant') return reject('invalid-command', [{ pointer: '/activatesAt', rule: 'with-level-tenant' }]);
  const [at, nowMs] = [instantOf(activatesAt), Date.parse(clock.now())];
  const isNear = at !== undefined && Date.parse(at) > nowMs && Date.parse(at) <= nowMs + AHEAD_AT_MOST_DAYS * DAY_MS;
  return isNear ? at : reject('invalid-date', [{ pointer: '/activatesAt', rule: 'within-30-days' }]);
}

/** The patient whose key it is: for that level one has to be named, for the others none may be. */
async function patientNamed(
  { vault }: CommandDeps,
  { caller, body }: CommandRequest<{ readonly level: KeyLevel; readonly patientId?: string }>,
): Promise<string | null | Rejection> {
  const { level, patientId } = body;
  if ((level === 'patient') !== (patientId !== undefined)) return reject('invalid-command', [{ pointer: '/patientId', rule: 'with-level-patient' }]);
  if (patientId === undefined) return null;
  const standing = await vault.standing(caller.tenant, patientId);
  return standing === 'known' ? patientId : reject('unknown-patient', [{ pointer: '/patientId', rule: 'known-patient' }]);
}
