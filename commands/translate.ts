import { PERMISSION_RULE } from '../domain/access/permissions.js';
import { categoryOf } from '../domain/identity/category.js';
import type { JsonObject } from '../domain/json/json-value.js';
import { parseLossless } from '../domain/json/lossless.js';
import { openWhole } from '../domain/record/content.js';
import { patientDecider } from '../domain/record/decide.js';
import { untranslated } from '../domain/record/translate.js';
import type { Untranslated } from '../domain/record/translations.js';
import { LedgerFault } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import type { LedgerEvent } from '../schemas/catalogue.js';
import type { CommandName } from '../schemas/command-catalogue.js';
import type { PatientGroup } from '../schemas/events/patients-merged.js';
import type { TranslatedStatement } from '../schemas/events/statement.js';
import { isCategory } from '../schemas/phi/categories.js';
import { blindStatements, type WrittenResource } from './blind-statements.js';
import type { CommandDeps } from './deps.js';
import type { KeyRing } from './ports.js';
import type { Caller } from './request.js';
import { translateRecorded } from './translated-statements.js';

/** Who has it done, and by which command. */
export interface TranslatedBy {
  readonly caller: Caller;
  readonly correlationId: string;
  readonly causationId: string;
  readonly command: CommandName;
}

/** A member of the group, with what of it has no names yet under the root's key. */
interface Due {
  readonly patientId: string;
  readonly ring: KeyRing;
  readonly toward: { readonly patientId: string; readonly ring: KeyRing };
  readonly versions: readonly Untranslated[];
}

/** What is read, opened and kept in memory at once, and what goes into one event. */
const READ_AT_MOST = 100;
const STATEMENTS_AT_MOST = 500;
const CHUNK_BYTES_AT_MOST = 400_000;
/** Versions that lie this close are read with what stands between them: that is cheaper than to ask again. */
const GAP_AT_MOST = 20;

/**
 * Gives every live statement of a group's members its names under the root's key, where it has none yet: so the facts of
 * merged patients meet. The content is opened for it, which is audited before it happens. It can be stopped anywhere and
 * done again: what is there is left alone, and until it is done the facts of the patients stand side by side.
 *
 * Content that cannot be opened keeps nothing else from being translated; it is thrown in the end.
 */
export async function ensureTranslated(deps: CommandDeps, by: TranslatedBy, group: PatientGroup): Promise<void> {
  const due = await dueOf(deps, by.caller.tenant, group);
  if (due.length === 0) return;
  await audit(deps, by, due);
  let damaged: LedgerFault | null = null;
  for (const member of due) damaged = (await translateMember(deps, by, member)) ?? damaged;
  if (damaged !== null) throw damaged;
}

/** A member whose keys are gone was erased: nothing of theirs can be opened, or has to meet anything. */
async function dueOf(deps: CommandDeps, tenant: string, { root, members }: PatientGroup): Promise<Due[]> {
  const rootRing = await deps.vault.patientRing(tenant, root);
  if (rootRing === undefined) return [];
  const due: Due[] = [];
  for (const patientId of members) {
    const ring = patientId === root ? undefined : await deps.vault.patientRing(tenant, patientId);
    if (ring === undefined) continue;
    const stream = streams.patient(tenant, patientId);
    const folded = await deps.states.load(patientDecider, stream);
    await deps.states.refresh(patientDecider, stream, folded);
    const versions = untranslated(folded.state, root);
    if (versions.length > 0) due.push({ patientId, ring, toward: { patientId: root, ring: rootRing }, versions });
  }
  return due;
}

async function audit({ accessLog }: CommandDeps, { caller, correlationId, command }: TranslatedBy, due: readonly Due[]): Promise<void> {
  const versions = due.flatMap((member) => member.versions);
  await accessLog.record({
    caller,
    correlationId,
    data: {
      action: 'send-command',
      outcome: 'allowed',
      code: null,
      rule: PERMISSION_RULE,
      patients: due.map(({ patientId }) => patientId),
      categories: [...new Set(versions.map(({ category }) => category))].sort(),
      opened: versions.length,
      detail: { command },
    },
  });
}

/** Translates in steps, each as large as one event may be; answers the last fault of content that could not be opened. */
async function translateMember(deps: CommandDeps, by: TranslatedBy, member: Due): Promise<LedgerFault | null> {
  const stream = streams.patient(by.caller.tenant, member.patientId);
  const wanted = new Set(member.versions.map(({ eventId }) => eventId));
  let damaged: LedgerFault | null = null;
  let chunk: TranslatedStatement[] = [];
  let bytes = 0;
  const append = async () => {
    if (chunk.length > 0) await submit(deps, by, member, chunk, bytes);
    chunk = [];
    bytes = 0;
  };
  for (const { from, limit } of runsOf(member.versions)) {
    const page = (await deps.store.readStream(stream, { from, limit })).filter(({ event }) => wanted.has(event.id));
    for (const made of await Promise.all(page.map(({ event }) => translateEvent(deps, member, event)))) {
      if (made instanceof LedgerFault) {
        damaged = made;
        continue;
      }
      const size = JSON.stringify(made).length;
      if (chunk.length + made.length > STATEMENTS_AT_MOST || bytes + size > CHUNK_BYTES_AT_MOST) await append();
      chunk.push(...made);
      bytes += size;
    }
  }
  await append();
  return damaged;
}

/** The stretches of the stream that hold the versions. */
function runsOf(versions: readonly Untranslated[]): { from: number; limit: number }[] {
  const runs: { from: number; limit: number }[] = [];
  for (const { revision } of versions) {
    const run = runs.at(-1);
    if (run !== undefined && revision - (run.from + run.limit) < GAP_AT_MOST && revision - run.from < READ_AT_MOST) run.limit = revision - run.from + 1;
    else runs.push({ from: revision, limit: 1 });
  }
  return runs;
}

async function translateEvent(deps: CommandDeps, { ring, toward }: Due, event: LedgerEvent): Promise<TranslatedStatement[] | LedgerFault> {
  if (event.sealed.length === 0 || !('statements' in event.data) || !('category' in event.data) || event.source?.recordKey == null) return [];
  try {
    const { resource: text } = await openWhole(ring, event.sealed, { stream: event.stream, eventId: event.id });
    const resource: WrittenResource = { parsed: parseLossless(text) as JsonObject & { resourceType: string }, text };
    const category = isCategory(event.data.category) ? event.data.category : categoryOf(resource.parsed);
    const [own, under] = [ring, toward.ring].map((one) => blindStatements(one, resource, category, deps.units)) as [never, never];
    return translateRecorded({ eventId: event.id, source: event.source.id, recordKey: event.source.recordKey }, event.data.statements, own, under);
  } catch (fault) {
    if (fault instanceof LedgerFault && fault.code === 'content-unreadable') return fault;
    throw fault;
  }
}

/** Whether it is taken, or somebody else was faster, or nothing of it is live any more: afterwards nothing of it is missing. */
async function submit(deps: CommandDeps, by: TranslatedBy, member: Due, statements: TranslatedStatement[], sizeBytes: number): Promise<void> {
  const { caller, correlationId, causationId } = by;
  await deps.submit(streams.patient(caller.tenant, member.patientId), {
    decider: patientDecider,
    command: { name: 'translate-statements', patientId: member.patientId, toward: member.toward.patientId, statements },
    envelope: { ...caller, correlationId, causationId, idempotency: null },
    ring: null,
    expected: null,
    sizeBytes,
  });
}
