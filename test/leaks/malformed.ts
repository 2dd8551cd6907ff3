import type { Json } from '../support/client.js';
import type { Canaries } from './canaries.js';

/** A body that no ledger may take, and in what it is wrong. */
export interface Malformed {
  readonly how: string;
  readonly body: string | Buffer;
}

const TOO_LARGE_BYTES = 1024 * 1024;
const PLACES_AT_MOST = 6;
/** Numbers of the canary patient. */
const NAMING = 'said by 219-47-6083, who answers at (617) 555-0148';

/** A good body made wrong in every way that a careless sender finds, each with a marker of its own in the wrong place. */
export function malformedOf(good: Readonly<Record<string, Json>>, junk: Canaries): Malformed[] {
  const text = JSON.stringify(good);
  const mark = (how: string) => junk.next(how);
  const withMember = (member: string) => (text === '{}' ? `{${member}}` : `{${member},${text.slice(1)}`);
  const [first = 'x'] = Object.keys(good);
  return [
    { how: 'cut off', body: withMember(`"${mark('Cut')}":1`).slice(0, -2) },
    { how: 'no object', body: `["${mark('Array')}",${text}]` },
    { how: 'no JSON', body: `{${mark('Bare')}}` },
    { how: 'trailing text', body: `${text}${mark('Trailing')}` },
    { how: 'unknown member', body: withMember(`"${mark('Member')}":"${mark('Value')}"`) },
    { how: 'member said twice', body: withMember(`"${first}":"${mark('Twice')}","${first}":1`) },
    { how: '__proto__', body: withMember(`"__proto__":{"${mark('Proto')}":1}`) },
    { how: 'NUL', body: withMember(`"x":"${mark('Nul')}\\u0000"`) },
    { how: 'lone surrogate', body: withMember(`"x":"${mark('Lone')}\\ud800"`) },
    { how: 'no UTF-8', body: Buffer.concat([Buffer.from(withMember(`"${mark('Bytes')}":"`)), Buffer.from([0xff, 0xfe])]) },
    { how: 'too deep', body: withMember(`"${mark('Deep')}":${'['.repeat(80)}${']'.repeat(80)}`) },
    { how: 'too large', body: withMember(`"${mark('Large')}":"${'x'.repeat(TOO_LARGE_BYTES)}"`) },
    ...Object.keys(good).map((name) => ({ how: `${name} of another type`, body: JSON.stringify({ ...good, [name]: { [mark('Type')]: mark('Type') } }) })),
    ...Object.keys(good).map((name) => ({ how: `${name} too long`, body: JSON.stringify({ ...good, [name]: mark('Long').repeat(500) }) })),
    // What is stored in clear may name nobody.
    ...['reason', 'displayName'].flatMap((name) =>
      typeof good[name] === 'string' ? [{ how: `${name} that names somebody`, body: JSON.stringify({ ...good, [name]: NAMING }) }] : [],
    ),
    ...Object.keys(good).map((name) => ({ how: `without ${name}`, body: withoutMember(good, name, mark('Absent')) })),
    ...(typeof good['resource'] === 'object' ? malformedResources(good, good['resource'] as Json, mark) : []),
  ];
}

/** What is left out is often optional: an unknown member makes sure that it is refused. */
function withoutMember(good: Readonly<Record<string, Json>>, name: string, marker: string): string {
  return JSON.stringify({ ...Object.fromEntries(Object.entries(good).filter(([member]) => member !== name)), [marker]: 1 });
}

function malformedResources(good: Readonly<Record<string, Json>>, resource: Json, mark: (how: string) => string): Malformed[] {
  const bodyOf = (changed: Json) => JSON.stringify({ ...good, resource: changed });
  const members = Object.keys(resource).filter((name) => typeof resource[name] === 'object');
  return [
    { how: 'unknown FHIR member', body: bodyOf({ ...resource, [mark('FhirMember')]: mark('FhirValue') }) },
    { how: 'unknown FHIR type', body: bodyOf({ ...resource, resourceType: mark('FhirType') }) },
    ...members.slice(0, PLACES_AT_MOST).flatMap((name) => {
      const inside = Array.isArray(resource[name]) ? [{ [mark('Inner')]: 1 }] : { [mark('Inner')]: 1 };
      return [
        { how: `FHIR ${name} of another type`, body: bodyOf({ ...resource, [name]: mark('FhirWrong') }) },
        { how: `FHIR ${name} with an unknown member`, body: bodyOf({ ...resource, [name]: inside }) },
      ];
    }),
  ];
}

/** Lines of a bulk load that cannot be taken; a steward reads them in the quarantine. */
export function malformedLines(said: Canaries, patientId: string): unknown[] {
  const mark = (name: string) => said.next(`Line${name}`);
  return [
    `{"${mark('Cut')}`,
    mark('Bare'),
    { command: mark('Command'), body: { x: mark('Body') } },
    { command: 'record-fact', body: { patientId, sourceRecordId: mark('Id'), resource: { resourceType: 'Observation', [mark('Member')]: 1 } } },
    { command: 'record-fact', body: { sourceRecordId: mark('Nobody'), resource: { resourceType: 'Basic', code: { text: mark('Text') } } } },
    {
      command: 'record-fact',
      body: { identifier: { system: mark('System'), value: mark('Value') }, sourceRecordId: mark('Id'), resource: { resourceType: 'Basic' } },
    },
    { command: 'record-fact', [mark('Unknown')]: 1, body: {} },
    { command: 'record-fact', body: {}, idempotencyKey: `${mark('Key')} x` },
    `{"command":"record-fact","body":{"${mark('Huge')}":"${'y'.repeat(1_500_000)}"}}`,
    `{"command":"record-fact","body":"${mark('Last')}`,
  ];
}
