import { connect } from 'node:net';
import type { Json } from '../support/client.js';
import type { Disclosure } from './disclosures.js';
import type { Ask, Tour } from './tour.js';

/** A request that must succeed: what a reader of this role asks of this route. */
interface Visit {
  readonly as: string | null;
  readonly path: string;
  readonly shows?: Disclosure;
  readonly body?: Json;
  /** Asked again until the answer is like this: what is carried out after it was acknowledged takes a moment. */
  readonly until?: (answer: Json) => boolean;
  /** What later requests need of the answer. */
  readonly keep?: (tour: Tour, answer: Json) => void;
}

const AGAIN_UNTIL_MS = 10_000;

type Visits = (tour: Tour) => readonly Visit[];

const patient = (tour: Tour, rest = '') => `/v1/patients/${tour.ids['patientId']}${rest}`;
const openTo =
  (path: string): Visits =>
  () => [{ as: null, path }];
/** For each reader the same address; who is not named in `shown` must be shown nothing. */
const read =
  (side: string, shows: Disclosure | null, shown: readonly string[], blind: readonly string[] = []): Visits =>
  (tour) => [
    ...shown.map((as) => ({ as, path: patient(tour, side), ...(shows === null ? {} : { shows }) })),
    ...blind.map((as) => ({ as, path: patient(tour, side) })),
  ];

/** Every route of the OpenAPI document but the commands. */
const VISITS: Readonly<Record<string, Visits>> = {
  'GET /health/live': openTo('/health/live'),
  'GET /health/ready': openTo('/health/ready'),
  'GET /metrics': openTo('/metrics'),
  'GET /openapi.json': openTo('/openapi.json'),
  'GET /v1/projections': () => [{ as: 'operator', path: '/v1/projections' }],
  'POST /v1/projections/{model}/rebuild': () =>
    ['record', 'patients', 'candidates'].map((model) => ({ as: 'operator', path: `/v1/projections/${model}/rebuild` })),
  'GET /v1/patients': ({ said }) => [
    { as: 'clinician', path: `/v1/patients?identifier=${encodeURIComponent(`urn:${said.first('PatientSystem')}|${said.first('PatientNumber')}`)}` },
  ],
  'POST /v1/patients/search': ({ said }) => [
    { as: 'clinician', path: '/v1/patients/search', body: { family: said.first('PatientFamily'), birthDate: '1931-02-17' } },
    { as: 'clinician', path: '/v1/patients/search', body: { family: said.first('PatientFamily'), given: said.first('PatientGiven') } },
    { as: 'clinician', path: '/v1/patients/search', body: { phone: '+1 617 555 0148' } },
    { as: 'clinician', path: '/v1/patients/search', body: { identifier: { system: 'http://hl7.org/fhir/sid/us-ssn', value: '219-47-6083' } } },
  ],
  'GET /v1/patients/{patientId}/record': (tour) => [
    ...['', '?limit=5', '?category=allergies', '?format=fhir', '?format=fhir&alternatives=true', '?validAt=2024-06-01', `?knownAt=${tour.ids['position']}`].map(
      (query) => ({
        as: 'clinician',
        path: patient(tour, `/record${query}`),
        shows: 'GET /v1/patients/{patientId}/record' as const,
      }),
    ),
    ...['patient', 'coordinator', 'steward'].map((as) => ({ as, path: patient(tour, '/record'), shows: 'GET /v1/patients/{patientId}/record' as const })),
  ],
  'GET /v1/patients/{patientId}/masked': (tour) => [
    {
      as: 'researcher',
      path: patient(tour, '/masked?profile=safe-harbor'),
      keep: ({ ids }, { patient: pseudonym }) => {
        ids['pseudonym'] = pseudonym;
      },
    },
    { as: 'researcher', path: patient(tour, '/masked?profile=limited-data-set') },
  ],
  'POST /v1/re-identifications': ({ ids }) => [
    { as: 'officer', path: '/v1/re-identifications', body: { recipient: 'researcher', pseudonym: ids['pseudonym'] } },
  ],
  'GET /v1/keys': () => [
    ...['operator', 'auditor'].map((as) => ({ as, path: '/v1/keys' })),
    {
      as: 'officer',
      path: '/v1/keys',
      until: ({ compromises }) => compromises.length > 0 && compromises.every(({ incident }: Json) => incident !== null),
      keep: ({ ids }, { compromises }) => {
        ids['reportId'] = compromises[0].reportId;
      },
    },
  ],
  'GET /v1/keys/compromises/{reportId}': ({ ids }) => ['officer', 'auditor'].map((as) => ({ as, path: `/v1/keys/compromises/${ids['reportId']}` })),
  'GET /v1/patients/{patientId}/erasure': read('/erasure', null, ['officer', 'auditor']),
  'GET /v1/patients/{patientId}/conflicts': read('/conflicts', 'GET /v1/patients/{patientId}/conflicts', ['clinician']),
  'GET /v1/patients/{patientId}/lineage': (tour) =>
    ['', '?format=fhir', '?format=prov', '?path=AllergyIntolerance'].flatMap((query) =>
      ['clinician', 'auditor'].map((as) => ({ as, path: patient(tour, `/lineage${query}`) })),
    ),
  'GET /v1/patients/{patientId}/sources': read('/sources', 'GET /v1/patients/{patientId}/sources', ['clinician'], ['auditor']),
  'POST /v1/patients/{patientId}/sources/lookup': (tour) => [
    { as: 'clinician', path: patient(tour, '/sources/lookup'), body: { source: 'ehr', sourceRecordId: tour.said.first('AllergyRecord') } },
  ],
  'GET /v1/patients/{patientId}/identity': read('/identity', null, ['clinician', 'steward']),
  'GET /v1/candidates': () => [{ as: 'steward', path: '/v1/candidates' }],
  'GET /v1/patients/{patientId}/candidates': read('/candidates?minimum=0', null, ['steward', 'officer']),
  'GET /v1/patients/{patientId}/history': read(
    '/history?limit=1000',
    'GET /v1/patients/{patientId}/history',
    ['clinician', 'coordinator', 'steward'],
    ['auditor'],
  ),
  'GET /v1/patients/{patientId}/accesses': read('/accesses', null, ['officer', 'auditor', 'patient']),
  'GET /v1/conflicts': () => [{ as: 'steward', path: '/v1/conflicts' }],
  'GET /v1/designations': ({ ids }) => [
    { as: 'steward', path: `/v1/designations?patientId=${ids['patientId']}`, shows: 'GET /v1/designations' },
    { as: 'auditor', path: `/v1/designations?patientId=${ids['patientId']}` },
    { as: 'steward', path: '/v1/designations' },
  ],
  'GET /v1/patients/{patientId}/amendments': read('/amendments', 'GET /v1/patients/{patientId}/amendments', ['patient', 'officer']),
  'GET /v1/changes': () => [
    { as: 'officer', path: '/v1/changes', shows: 'GET /v1/changes' },
    { as: 'auditor', path: '/v1/changes' },
  ],
  'GET /v1/changes/{changeId}': ({ ids }) => [
    { as: 'officer', path: `/v1/changes/${ids['changeId']}`, shows: 'GET /v1/changes/{changeId}' },
    { as: 'auditor', path: `/v1/changes/${ids['changeId']}` },
  ],
  'GET /v1/feeds/{feed}': () => [
    ...['facts', 'patients'].map((feed) => ({ as: 'consumer', path: `/v1/feeds/${feed}?limit=500`, shows: 'GET /v1/feeds/{feed}' as const })),
    ...['record-changes', 'conflicts'].map((feed) => ({ as: 'consumer', path: `/v1/feeds/${feed}?limit=500` })),
  ],
  'GET /v1/audit/events': (tour) => [
    { as: 'auditor', path: '/v1/audit/events?limit=2000' },
    { as: 'auditor', path: `/v1/audit/events?patient=${tour.ids['patientId']}` },
  ],
  'GET /v1/quarantine': () => [
    { as: 'steward', path: '/v1/quarantine?source=ehr', shows: 'GET /v1/quarantine' },
    { as: 'auditor', path: '/v1/quarantine?source=ehr' },
  ],
};

export const VISITED_ROUTES: readonly string[] = Object.keys(VISITS);

/** Makes every visit; answers those that were refused. */
export async function visitEveryRoute(tour: Tour): Promise<string[]> {
  const refused: string[] = [];
  for (const [route, visits] of Object.entries(VISITS)) {
    const method = route.split(' ')[0] ?? 'GET';
    for (const { path, body, until, keep, ...asked } of visits(tour)) {
      const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
      const headers = { ...content, ...(asked.shows === undefined ? {} : atLeast(tour)) };
      const ask = () => tour.ask(path, { ...asked, method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      let { status, json } = await ask();
      for (const endMs = Date.now() + AGAIN_UNTIL_MS; status < 300 && until?.(json) === false && Date.now() < endMs; ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        ({ status, json } = await ask());
      }
      if (status < 300 && until?.(json) !== false) keep?.(tour, json);
      else refused.push(`${route} as ${asked.as}: ${status} ${json?.code}`);
    }
  }
  return refused;
}

const atLeast = ({ ids }: Tour) => ({ 'minimum-position': ids['position'] ?? '' });

/** Asks every route for what it must refuse, or must at least not repeat; answers what broke the ledger. */
export async function abuseEveryRoute(tour: Tour): Promise<string[]> {
  const broken: string[] = [];
  const { json: document } = await tour.client.get('/openapi.json', null);
  // All commands have one handler: what it makes of an address or a header, it makes of one as of all.
  const isLikeAnother = (template: string) => template.startsWith('/v1/commands/') && template !== '/v1/commands/record-fact';
  for (const [template, methods] of Object.entries(document.paths as Json).filter(([path]) => !isLikeAnother(path))) {
    for (const [method, operation] of Object.entries(methods as Json)) {
      const abuses = abusesOf(tour, template, method.toUpperCase(), (operation as Json).parameters ?? []);
      const answers = await Promise.all(abuses.map(async ({ how, path, ...asked }) => ({ how, status: (await tour.ask(path, asked)).status })));
      for (const { how, status } of answers) if (status >= 500) broken.push(`${method} ${template}, ${how}: ${status}`);
    }
  }
  return broken;
}

interface Abuse extends Ask {
  readonly how: string;
  readonly path: string;
}

/** The entitled reader's own requests, each with something wrong about it, and the right ones from somebody else. */
function abusesOf(tour: Tour, template: string, method: string, parameters: readonly Json[]): Abuse[] {
  const mark = (how: string) => tour.junk.next(how);
  const good = filled(tour, template);
  const { as = 'ehr', shows } = VISITS[`${method} ${template}`]?.(tour)[0] ?? {};
  const body = method === 'POST' ? { body: '{}' } : {};
  const type: Record<string, string> = method === 'POST' ? { 'content-type': 'application/json' } : {};
  const usual = { method, as, ...body, ...(shows === undefined ? {} : { shows }) };
  const at = (how: string, path: string): Abuse => ({ how, path, ...usual, headers: type });
  const with_ = (how: string, headers: Readonly<Record<string, string>>): Abuse => ({ how, path: good, ...usual, headers: { ...type, ...headers } });
  const from = (how: string, who: string | null, headers: Readonly<Record<string, string>> = {}): Abuse => ({
    how,
    path: good,
    method,
    as: who,
    ...body,
    headers: { ...type, ...headers },
  });
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name as string);
  const other = { headers: { 'content-type': 'application/json' }, body: `{"${mark('BodyName')}":"${mark('BodyValue')}"` };
  return [
    at('unknown parameter', `${good}?${mark('QueryName')}=${mark('QueryValue')}`),
    at('foreign cursor', `${good}?cursor=${Buffer.from(`x\n${mark('Cursor')}`).toString('base64url')}`),
    at('longer address', `${good}/${mark('Tail')}`),
    at('broken escape', `${good}%zz${mark('Escape')}`),
    at('very long address', `${good}/${mark('LongTail').repeat(200)}`),
    // The name of a source is said again to whoever asks about it: names stand in clear.
    ...named('query')
      .filter((name) => name !== 'source')
      .flatMap((name) => [
        at(`bad ${name}`, `${good}?${name}=${mark('Value')}`),
        at(`${name} twice`, `${good}?${name}=${mark('Once')}&${name}=${mark('Again')}`),
      ]),
    ...[...template.matchAll(/\{[^}]+\}/g)].flatMap(([part]) => [
      at(`bad ${part}`, filled(tour, template.replace(part, mark('Path')))),
      at(`escaped ${part}`, filled(tour, template.replace(part, `..%2f${mark('Escaped')}%00`))),
    ]),
    ...[...named('header'), 'accept', 'if-none-match', 'range', 'content-type', 'content-encoding', 'prefer'].map((name) =>
      with_(`bad ${name}`, { [name.toLowerCase()]: mark('HeaderValue') }),
    ),
    from('broken token', null, { authorization: `Bearer ${mark('Token')}.${mark('Token')}.${mark('Token')}` }),
    from('another scheme', null, { authorization: `Basic ${Buffer.from(`${mark('User')}:${mark('Password')}`).toString('base64')}` }),
    from('another tenant', 'clinician@other'),
    from('a role that may not', 'operator'),
    ...['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((each) => ({ how: each, path: good, method: each, as, ...other })),
  ];
}

/** The template with the ids of the tour in their places. */
function filled({ ids }: Tour, template: string): string {
  const values: Readonly<Record<string, string | undefined>> = { model: 'record', feed: 'facts', ...ids };
  return template.replace(/\{([^}]+)\}/g, (_whole, name: string) => values[name] ?? '00000000-0000-4000-8000-000000000000');
}

/** What is no HTTP, or more of it than is taken: answered below the routes. */
export async function speakNonsense(tour: Tour): Promise<void> {
  const mark = (name: string) => tour.junk.next(name);
  const { hostname, port } = new URL(tour.server.url);
  const texts = [
    `${mark('Verb')} / HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /${mark('RawPath')} HTTP/9.9\r\nHost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\n${mark('RawHeader')}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${mark('LargeHeader').repeat(2000)}\r\n\r\n`,
    `POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${mark('Length')}\r\n\r\n`,
    `POST /v1/commands HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${mark('Chunk')}\r\n`,
    mark('Garbage'),
  ];
  for (const text of texts) {
    const answer = await new Promise<string>((resolve) => {
      let heard = '';
      const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(text));
      socket.setTimeout(2000, () => socket.destroy());
      socket.on('data', (chunk) => {
        heard += chunk.toString('utf8');
      });
      socket.on('error', () => socket.destroy());
      socket.on('close', () => resolve(heard));
    });
    tour.hear('what is no HTTP', answer);
  }
}

/** A live feed, resumed from nowhere and read for a while. */
export async function followFeeds(tour: Tour): Promise<void> {
  const consumer = await tour.token('consumer');
  for (const [feed, shows] of [
    ['facts', true],
    ['patients', true],
    ['record-changes', false],
    ['conflicts', false],
  ] as const) {
    const events = await tour.client.events(feed, consumer, 2);
    tour.hear(`the live feed ${feed}`, JSON.stringify(events), shows ? 'GET /v1/feeds/{feed}' : null);
    const headers = { accept: 'text/event-stream', 'last-event-id': tour.junk.next('EventId') };
    await tour.ask(`/v1/feeds/${feed}`, { as: 'consumer', headers });
  }
}
