import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A FHIR resource as it was read. */
export type Resource = Record<string, unknown> & { readonly resourceType: string };

const OWN = 'test/fixtures/synthea/whole-patient.json.gz';
/** More patients, where they lie beside the repository. */
const SHARED = '../shared/data/synthea/r4-bundles';
const SHARED_AT_MOST = 4;
const NO_FACTS = new Set(['Organization', 'Practitioner', 'PractitionerRole', 'Location', 'Provenance', 'Claim', 'ExplanationOfBenefit']);

/** What is said of real (made-up) people: the facts of whole bundles. */
export function bundledResources(): Resource[] {
  const others = existsSync(SHARED) ? readdirSync(SHARED).filter((name) => name.endsWith('.json.gz')) : [];
  const files = [
    OWN,
    ...others
      .sort()
      .slice(0, SHARED_AT_MOST)
      .map((name) => `${SHARED}/${name}`),
  ];
  return files.flatMap((file) => {
    const { entry } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { entry: { resource: Resource }[] };
    return entry.map(({ resource }) => resource).filter(({ resourceType }) => !NO_FACTS.has(resourceType));
  });
}

type Difference = (resource: Resource) => Resource;
type Coded = { readonly coding?: readonly object[]; readonly text?: string };

/** How five systems come to say different things of one thing; one that does not apply changes nothing. */
const DIFFERENCES: readonly Difference[] = [
  (resource) => resource,
  (resource) => ({
    ...resource,
    id: 'of-another-system',
    meta: { versionId: '7' },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">other words</div>' },
  }),
  (resource) => withCode(resource, ({ coding = [] }) => ({ ...(coding.length > 1 ? { coding: coding.slice(1) } : {}), text: 'written by hand' })),
  (resource) => withCode(resource, (code) => ({ ...code, coding: [...(code.coding ?? []), { system: 'http://snomed.info/sct', code: '999000' }] })),
  (resource) => ('status' in resource ? { ...resource, status: resource['status'] === 'final' ? 'corrected' : 'entered-in-error' } : resource),
  (resource) => ('clinicalStatus' in resource ? { ...resource, clinicalStatus: { coding: [{ code: 'inactive' }] } } : resource),
  (resource) => (resource.resourceType === 'AllergyIntolerance' ? { ...resource, criticality: 'high' } : resource),
  (resource) => shifted(resource, '2019-04-01T10:00:00+02:00'),
  (resource) => shifted(resource, '2019-04'),
  (resource) => withQuantity(resource, (quantity) => ({ ...quantity, value: 7 })),
  (resource) => withQuantity(resource, (quantity) => ({ ...quantity, value: Number(quantity['value']) * 1000, unit: 'ug/dL', code: 'ug/dL' })),
  (resource) => ('birthDate' in resource ? { ...resource, birthDate: '1961-01-02', gender: 'unknown' } : resource),
];

export const DIFFERENT_WAYS = DIFFERENCES.length;

/** The resource as another system would have it. */
export function differing(resource: Resource, way: number): Resource {
  return (DIFFERENCES[way % DIFFERENCES.length] as Difference)(resource);
}

function withCode(resource: Resource, change: (code: Coded) => Coded): Resource {
  const member = 'vaccineCode' in resource ? 'vaccineCode' : 'code';
  return member in resource ? { ...resource, [member]: change(resource[member] as Coded) } : resource;
}

function withQuantity(resource: Resource, change: (quantity: Record<string, unknown>) => object): Resource {
  return 'valueQuantity' in resource ? { ...resource, valueQuantity: change(resource['valueQuantity'] as Record<string, unknown>) } : resource;
}

function shifted(resource: Resource, instant: string): Resource {
  const member = ['effectiveDateTime', 'occurrenceDateTime', 'onsetDateTime', 'performedDateTime', 'authoredOn'].find((name) => name in resource);
  return member === undefined ? resource : { ...resource, [member]: instant };
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The same things in another order, some of them more than once. */
export function shuffledWithRepeats<T>(all: readonly T[], roll: (below: number) => number): T[] {
  const items = [...all, ...all.filter(() => roll(4) === 0)];
  for (let last = items.length - 1; last > 0; last--) {
    const other = roll(last + 1);
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
  return items;
}
