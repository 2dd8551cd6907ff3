import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ucumUnits } from '../../../adapters/ucum/units.js';
import type { Draft } from '../../../domain/decider.js';
import { categoryOf } from '../../../domain/identity/category.js';
import { type FhirResource, statementsOf, validTimeOf } from '../../../domain/identity/statements.js';
import { type Assertion, decidePatient, type PatientCommand } from '../../../domain/record/decide.js';
import { evolvePatient, initialPatient } from '../../../domain/record/state.js';
import { disputesAmong } from '../../../domain/resolution/disputes.js';
import { resolveFact } from '../../../domain/resolution/resolve.js';
import { isTakenBack } from '../../../domain/resolution/taken-back.js';
import { factJson } from '../../../projections/reading/record-json.js';
import { recordProjection } from '../../../projections/record.js';
import type { LedgerEvent, Recorded } from '../../../schemas/catalogue.js';
import type { Fact } from '../../../schemas/read-models/fact.js';
import { factsOf, pagesOf, recorded, rowsAfter } from '../../projections/folding.js';
import { bundledResources, DIFFERENT_WAYS, dice, differing, type Resource, shuffledWithRepeats } from '../../support/differing.js';
import { runs } from '../../support/runs.js';
import { happened, token, uuid } from '../given.js';
import { PATIENT, register } from '../record/saying.js';
import { by, designation } from './facts.js';

/** Show 1: what five systems say of the facts of whole bundles, in whatever order it arrives. */
const test = suite('bundles in any order');

const RESOURCES = bundledResources();
const SOURCES = ['ehr', 'lis', 'ris', 'pharmacy', 'device'];
const STREAM = `test.patient-${PATIENT}`;
const units = ucumUnits();

const statements = new Map<string, Pick<Assertion, 'statements' | 'contentToken' | 'category' | 'validTime'>>();

/** What a resource says in keyed hashes, each worked out once. */
function saidIn(nth: number, way: number) {
  const name = `${nth}|${way}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  const resource = differing(RESOURCES[nth] as Resource, way) as unknown as FhirResource;
  const text = JSON.stringify(resource);
  const category = categoryOf(resource);
  const blind = (purpose: string) => (words: string) => token(`${purpose}|${words}`);
  const made = {
    category,
    contentToken: blind('content')(text),
    validTime: validTimeOf(resource),
    statements: statementsOf(resource, category, units, text).map((said) => ({
      ...said,
      part: said.part === null ? null : token(`part|${said.part}`),
      identity: said.identity.map(blind('identity')),
      value: token(`value|${said.value}`),
      precision: said.precision.map(blind('value')),
      codes: said.codes.map(blind('code')),
      ranges: said.ranges.map(blind('code')),
      asserts: said.asserts.map(blind('claim')),
      contradicts: said.contradicts.map(blind('claim')),
    })),
  };
  statements.set(name, made);
  return made;
}

function commandOf(nth: number, source: string, version: string | null, way: number): PatientCommand {
  const resourceType = RESOURCES[nth]?.resourceType ?? '';
  const record = `${source}|${nth}`;
  const about = { patientId: PATIENT, source, recordKey: token(record), sourceVersion: version, resourceType, content: { scope: 'other', text: '{}' } };
  const assertion = { ...about, newAssertionId: uuid(record), ...saidIn(nth, way) };
  return { name: resourceType === 'Patient' ? 'update-demographics' : 'record-fact', assertion };
}

/** A few facts of the bundles, each as two to five sources have it, some in two versions. */
function commandsOf(picked: readonly number[], seed: number): PatientCommand[] {
  const roll = dice(seed);
  return picked.flatMap((nth) =>
    SOURCES.slice(0, 2 + roll(4)).flatMap((source) => {
      const versions = [['1'], ['1', '2'], ['a', 'b'], ['2026-01-01T00:00:00Z', '2']][roll(4)] ?? [];
      return versions.map((version) => commandOf(nth, source, version, roll(DIFFERENT_WAYS)));
    }),
  );
}

const REGISTERED = decidePatient(initialPatient(), register({ source: 'registry' }));
const FIRST = happened((REGISTERED as { drafts: readonly Draft[] }).drafts[0] as Draft, { id: uuid('first'), stream: STREAM });

/** The events that commands make, one after the other: a repeat makes none. An event is the same whenever it comes. */
function eventsOf(commands: readonly PatientCommand[], made: Map<PatientCommand, LedgerEvent>): LedgerEvent[] {
  let state = evolvePatient(initialPatient(), FIRST, 0);
  const events: LedgerEvent[] = [];
  for (const command of commands) {
    const decision = decidePatient(state, command);
    if (decision.kind !== 'accept') continue;
    const { source, sourceVersion, recordKey } = (command as Extract<PatientCommand, { assertion: Assertion }>).assertion;
    const event = made.get(command) ?? happened(decision.drafts[0] as Draft, { id: uuid(`${source}|${recordKey}|${sourceVersion}`), stream: STREAM });
    made.set(command, event);
    events.push(event);
    state = evolvePatient(state, event, events.length);
  }
  return events;
}

const context = by([designation(['lis', 'ehr'])]);

/** The record as it is shown, with the places of events in the log left out: all stand at one. */
async function recordOf(facts: readonly Fact[]): Promise<string> {
  const takenBack = facts.flatMap(({ assertions }) => assertions).filter(isTakenBack);
  const resolutions = facts.map((fact) => resolveFact(fact, { ...context, takenBack })).filter((resolution) => resolution !== undefined);
  const disputes = disputesAmong(resolutions);
  return (await Promise.all(resolutions.map((resolution) => factJson(resolution, disputes, null)))).join('\n');
}

const placeless = (events: readonly LedgerEvent[]): Recorded[] => events.map((event) => ({ event, revision: 0, position: '0' }));

test(`${runs(1000)} random sets of facts, each in 20 random orders with repeats, are as many records, byte for byte`, async () => {
  const sets = fc.record({ picked: fc.uniqueArray(fc.nat(RESOURCES.length - 1), { minLength: 1, maxLength: 4 }), seed: fc.nat() });
  await fc.assert(
    fc.asyncProperty(sets, async ({ picked, seed }) => {
      const [commands, made, roll] = [commandsOf(picked, seed), new Map<PatientCommand, LedgerEvent>(), dice(seed + 1)];
      const record = await recordOf(factsOf(placeless(eventsOf(commands, made))));
      for (let order = 1; order < 20; order++) {
        const events = eventsOf(shuffledWithRepeats(commands, roll), made);
        assert.is(await recordOf(factsOf(placeless(events))), record);
      }
    }),
    { numRuns: runs(1000) },
  );
});

test('cut into pages anywhere, the read model holds the same facts', async () => {
  const sets = fc.record({ picked: fc.uniqueArray(fc.nat(RESOURCES.length - 1), { minLength: 1, maxLength: 4 }), seed: fc.nat() });
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sets, sizes, async ({ picked, seed }, cuts) => {
      const events = eventsOf(shuffledWithRepeats(commandsOf(picked, seed), dice(seed)), new Map());
      const rows = await rowsAfter(recordProjection, pagesOf(recorded(events), cuts));
      assert.equal(
        rows.map(({ value }) => value),
        factsOf(recorded(events)),
      );
    }),
    { numRuns: runs(150) },
  );
});

test('the sets are such that facts meet, differ, agree and are taken back', async () => {
  const states = new Map<string, number>();
  for (let seed = 0; seed < 200; seed++) {
    const roll = dice(seed);
    const picked = Array.from({ length: 5 }, () => roll(RESOURCES.length));
    const facts = factsOf(placeless(eventsOf(commandsOf([...new Set(picked)], seed), new Map())));
    for (const fact of facts) {
      const state = resolveFact(fact, context)?.state ?? 'dead';
      const name = fact.assertions.length > 1 ? state : `alone ${state}`;
      states.set(name, (states.get(name) ?? 0) + 1);
    }
  }
  for (const name of ['agreed', 'ruled', 'open', 'alone dead']) assert.ok((states.get(name) ?? 0) > 20, `${name}: ${states.get(name)}`);
});

test.run();
