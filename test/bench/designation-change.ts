import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EmbeddedReadModels } from '../../adapters/embedded/read-models.js';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { type FeedRow, feedKey, RESOLUTIONS } from '../../projections/resolutions/rows.js';
import { resolutionsProjection } from '../../projections/resolutions.js';
import { type RunDeps, runProjection } from '../../projections/run.js';
import { blindToken, eventOf } from '../support/events.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';

const SOURCES = ['ehr', 'lis'] as const;
const PATIENTS_AT_ONCE = 1000;
const SWEPT = 2_000_000_000;

/** A tenant-wide designation over patients of whom each has one fact on which two sources disagree: until the last change is in the feed. */
export async function benchDesignationChange(options: BenchOptions, report: Report): Promise<void> {
  const patients = options.events;
  report.begin('designation-change', `${patients.toLocaleString('en')} patients, two sources that disagree on each, embedded read models, one thread`);
  const folder = mkdtempSync(join(tmpdir(), 'ledger-designation-'));
  const [store, models] = [new MemoryEventStore(), new EmbeddedReadModels(folder)];
  try {
    await fill(store, patients);
    const generation = await models.begin(RESOLUTIONS);
    const began = performance.now();
    await caughtUp(store, models, generation);
    report.figure('events projected by the model', (2 * patients) / ((performance.now() - began) / 1000), '/s');
    await models.activate(RESOLUTIONS, generation);
    const scope = { patientId: null, codes: null, organization: null, category: null, element: null };
    const designation = eventOf('system-of-record-designated', { tenant: 'bench', data: { scope, sources: ['lis', 'ehr'] } });
    const appended = await store.append('bench.designation-any.any', 'none', [designation]);
    const changed = performance.now();
    await caughtUp(store, models, generation);
    report.figure('converged after', (performance.now() - changed) / 1000, 's', { below: 60 });
    const position = appended.kind === 'appended' ? (appended.positions[0] ?? '') : '';
    const last = feedKey('record-changes', 'bench', position, SWEPT + patients - 1);
    const [row] = await models.get(RESOLUTIONS, [last]);
    if ((row?.value as FeedRow | undefined) === undefined) throw new Error('not every fact has changed');
    await models.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(store: MemoryEventStore, patients: number): Promise<void> {
  for (let patient = 0; patient < patients; patient++) {
    const [patientId, name] = [randomUUID(), blindToken()];
    const events = SOURCES.map((source) => {
      const names = {
        identity: [name],
        value: blindToken(),
        precision: [blindToken(), blindToken()],
        codes: [blindToken()],
        ranges: [],
        asserts: [],
        contradicts: [],
      };
      return eventOf('fact-recorded', {
        tenant: 'bench',
        source: { id: source, recordKey: blindToken() },
        data: { patientId, category: 'laboratory', statements: [{ element: null, part: null, ...names, standing: 'stated' }] },
      });
    });
    await store.append(`bench.patient-${patientId}`, 'none', events);
    if (patient % PATIENTS_AT_ONCE === 0) await setImmediate();
  }
}

function caughtUp(store: MemoryEventStore, models: EmbeddedReadModels, generation: number): Promise<void> {
  const deps: RunDeps = { store, models, owner: 'bench', onProgress: () => undefined, nowMs: Date.now, sleep: () => setImmediate() };
  return runProjection(deps, resolutionsProjection, generation, { signal: new AbortController().signal, untilCaughtUp: true });
}
