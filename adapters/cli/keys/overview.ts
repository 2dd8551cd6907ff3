import type { KeyLevel } from '../../../schemas/phi/key-levels.js';

interface Age {
  readonly createdAt: string;
  readonly sealsUntil: string;
  readonly standing: string;
}

interface Incident {
  readonly discoveredAt: string;
  readonly events: number;
  readonly patients: number;
  readonly readers: number;
  readonly feeds: number;
  readonly digest: string;
  readonly individualsBy: string;
  readonly secretaryBy: string;
  readonly mediaToBeJudged: boolean;
}

interface RotationOrder {
  readonly rotationId: string;
  readonly kind: 'rotate' | 'activate' | 'reseal';
  readonly level: KeyLevel;
  readonly patientId: string | null;
  readonly because: string;
  readonly activatesAt: string | null;
  readonly orderedAt: string;
  readonly left: number;
}

export interface RotationDone extends RotationOrder {
  readonly completedAt: string;
  readonly rewrapped: number;
}

interface RotationOpen extends RotationOrder {
  readonly completedAt: null;
  readonly rewrapped: null;
}

export type RotationSeen = RotationDone | RotationOpen;

export interface SuspensionSeen {
  readonly kind: 'suspend' | 'resume';
  readonly level: KeyLevel;
  readonly patientId: string | null;
  readonly keyId: string;
  readonly because: string;
  readonly orderedAt: string;
  /** Null until it was carried out. */
  readonly state: string | null;
}

export interface CompromiseSeen {
  readonly reportId: string;
  readonly level: KeyLevel;
  readonly patientId: string | null;
  readonly keyId: string;
  readonly suspectedSince: string;
  readonly reportedAt: string;
  readonly incident: Incident | null;
  /** What of the read models was sealed anew; null while that is under way. */
  readonly resealed: { readonly parts: number; readonly unreadable: number } | null;
}

/** What of `GET /v1/keys` is shown and waited for here. */
export interface KeysOverview {
  readonly cryptoperiodDays: number;
  readonly root: {
    readonly provider: string;
    readonly keys: readonly { readonly rootId: string; readonly current: boolean; readonly age: Age | null }[];
  };
  readonly tenantKeys: readonly {
    readonly kekId: string;
    readonly generation: number;
    readonly state: string;
    readonly rootId: string;
    readonly age: Age | null;
    readonly secrets: readonly { readonly state: string; readonly count: number }[];
  }[];
  readonly secretsUnderFormerKeys: number;
  readonly rotations: readonly RotationSeen[];
  readonly suspensions: readonly SuspensionSeen[];
  readonly compromises: readonly CompromiseSeen[];
}

/** The lists are oldest first; a table shows their ends. */
const LATEST = 10;
type Row = readonly string[];

/** Where the keys stand, as tables for people. */
export function tableOf({ root, tenantKeys, secretsUnderFormerKeys, rotations, suspensions, compromises, cryptoperiodDays }: KeysOverview): string {
  const rootRows = root.keys.map(({ rootId, current, age }) => [rootId, current ? 'current' : 'former', ...aged(age)]);
  const tenantRows = tenantKeys.map(({ kekId, generation, state, rootId, age, secrets }) => [
    kekId,
    String(generation),
    state,
    ...aged(age),
    secrets.map(({ state: of, count }) => `${count} ${of}`).join(', ') || 'none',
    rootId,
  ]);
  const rotationRows = rotations
    .slice(-LATEST)
    .map((rotation) => [rotation.rotationId, `${rotation.kind} ${rotation.level}`, rotation.because, second(rotation.orderedAt), progressCell(rotation)]);
  const suspensionRows = suspensions
    .slice(-LATEST)
    .map(({ kind, level, keyId, because, orderedAt, state }) => [`${kind} ${level}`, keyId, because, second(orderedAt), state ?? 'under way']);
  const compromiseRows = compromises
    .slice(-LATEST)
    .map(({ reportId, level, keyId, suspectedSince, incident, resealed }) => [
      ...[reportId, level, keyId, second(suspectedSince), incidentCell(incident)],
      resealed === null ? 'under way' : `${counted(resealed.parts, 'part')}${resealed.unreadable > 0 ? `, ${resealed.unreadable} unreadable` : ''}`,
    ]);
  return [
    ...section(`Root keys (${root.provider})`, ['key', 'use', 'made', 'seals until', 'standing'], rootRows),
    ...section('Tenant keys', ['key', 'generation', 'state', 'made', 'seals until', 'standing', 'secrets under it', 'under root key'], tenantRows),
    ...section(`Rotations, the latest ${LATEST} of ${rotations.length}`, ['rotation', 'what', 'because', 'ordered', 'completed'], rotationRows),
    ...section(`Suspensions, the latest ${LATEST} of ${suspensions.length}`, ['what', 'key', 'because', 'ordered', 'the key is then'], suspensionRows),
    ...section(
      `Compromises, the latest ${LATEST} of ${compromises.length}`,
      ['report', 'level', 'key', 'suspected since', 'incident', 'read models resealed'],
      compromiseRows,
    ),
    `A key seals for ${cryptoperiodDays} days. Secrets under former tenant keys: ${secretsUnderFormerKeys}.`,
  ].join('\n');
}

/** What became of an order, in one line. */
export function rotationWords({ kind, rewrapped }: RotationDone): string {
  return `${kind === 'reseal' ? 'Resealed' : 'Rotated'}: ${rewrapped} wrapped anew.`;
}

/** What an incident says, and by when the law wants whom to be told. */
export function incidentWords({ reportId, keyId }: CompromiseSeen, incident: Incident): string {
  const { events, patients, readers, feeds, digest, individualsBy, secretaryBy, mediaToBeJudged } = incident;
  return [
    `Report ${reportId}: key ${keyId} is out of use, and an incident is open.`,
    `  exposed            ${counted(events, 'event')}, ${counted(patients, 'patient')}; served to ${counted(readers, 'reader')} and ${counted(feeds, 'feed')}`,
    `  individuals told   by ${individualsBy} (45 CFR 164.404)`,
    `  Secretary told     by ${secretaryBy} (45 CFR 164.408)`,
    ...(mediaToBeJudged ? ['  media              more than 500 may be affected: judge 45 CFR 164.406'] : []),
    `  exposure report    SHA-256 ${digest}`,
  ].join('\n');
}

/** What a key is since it was suspended or resumed: its rotation, a report or an erasure may have come first. */
export function suspensionWords({ keyId, state }: SuspensionSeen): string {
  return `Key ${keyId} is ${state}.`;
}

function progressCell({ kind, activatesAt, completedAt, rewrapped, left }: RotationSeen): string {
  if (completedAt !== null) return `${second(completedAt)}, ${rewrapped} wrapped anew`;
  return activatesAt !== null && kind === 'rotate' ? `waits for ${second(activatesAt)}` : `under way, ${left} left`;
}

function incidentCell(incident: Incident | null): string {
  if (incident === null) return 'being worked out';
  return `${counted(incident.events, 'event')}, ${counted(incident.patients, 'patient')}; individuals by ${day(incident.individualsBy)}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function aged(age: Age | null): Row {
  return age === null ? ['not kept', '', ''] : [day(age.createdAt), day(age.sealsUntil), age.standing];
}

function day(instant: string): string {
  return instant.slice(0, 10);
}

function second(instant: string): string {
  return `${instant.slice(0, 19)}Z`;
}

/** Every row has a cell for each word of the head. */
function section(title: string, head: Row, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] as string).length)));
  const line = (row: Row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] as number)).join('  ')}`.trimEnd();
  return [title, ...all.map(line), ''];
}
