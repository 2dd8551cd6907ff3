import { CHANGE_STANDINGS } from '../../domain/change-control/standing.js';
import { FAULTS, REJECTIONS } from '../../domain/rejections.js';
import { SEVERITIES } from '../../domain/resolution/severity.js';
import { CANDIDATE_STATES } from '../../projections/candidates-rows.js';
import { FEEDS } from '../../projections/reading/feeds.js';
import { PATH_FORMS } from '../../projections/reading/lineage-path.js';
import { CONFLICT_STATES } from '../../projections/resolutions/rows.js';
import { COMMAND_NAMES, COMMANDS } from '../../schemas/command-catalogue.js';
import { CATEGORIES } from '../../schemas/phi/categories.js';
import { keyPaths } from './openapi-keys.js';
import { maskedPaths } from './openapi-masked.js';
import { operationPaths } from './openapi-operations.js';
import { body, header, type Json, path, problem, query, read, readAs, receipt } from './openapi-parts.js';
import { FAULT_STATUS, REJECTION_STATUS } from './problem.js';
import { PatientSearchBody } from './routes/patients.js';
import { SourceLookup } from './routes/sources.js';

const CODES = [...Object.keys(REJECTIONS), ...Object.keys(FAULTS)];

/** The OpenAPI 3.1 document, made of the same schemas that requests are checked against. */
export function openApiDocument(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'clinical-ledger',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: `An event-sourced ledger for clinical records.\n\nErrors are RFC 9457 problem details with a stable \`code\`:\n\n${codeTable()}`,
    },
    security: [{ bearer: [] }],
    paths: { ...commandPaths(), ...readPaths(), ...operationPaths() },
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }, schemas: { Problem: PROBLEM, Receipt: RECEIPT } },
  };
}

/** Every code with its status, what it means and what to do: one row each. */
export function codeTable(): string {
  const rows = [
    ...Object.entries(REJECTIONS).map(
      ([code, [detail, remedy]]) => `| \`${code}\` | ${REJECTION_STATUS[code as keyof typeof REJECTIONS]} | ${detail} | ${remedy} |`,
    ),
    ...Object.entries(FAULTS).map(([code, [detail, remedy]]) => `| \`${code}\` | ${FAULT_STATUS[code as keyof typeof FAULTS]} | ${detail} | ${remedy} |`),
  ];
  return ['| code | status | what happened | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const PROBLEM: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'remedy', 'correlationId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { enum: CODES },
    detail: { type: 'string' },
    remedy: { type: 'string', description: 'What the caller can do.' },
    correlationId: { type: 'string', format: 'uuid' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { pointer: { type: 'string' }, rule: { type: 'string' }, expected: { type: 'string' } } },
    },
  },
};

const RECEIPT: Json = {
  type: 'object',
  required: ['eventIds', 'stream', 'revision', 'position', 'logIndex', 'repeated'],
  properties: {
    eventIds: { type: 'array', items: { type: 'string', format: 'uuid' } },
    stream: { type: 'string' },
    revision: { type: 'integer', description: 'Revision of the last event in its stream: what `If-Match` takes.' },
    position: { type: 'string', description: 'Global position, opaque: what `Minimum-Position` takes.' },
    logIndex: { type: ['integer', 'null'], description: 'Dense number of the event in the log from 0, where the store keeps one.' },
    patientId: { type: 'string', format: 'uuid' },
    changeId: { type: 'string', format: 'uuid' },
    amendmentId: { type: 'string', format: 'uuid' },
    repeated: { type: 'boolean', description: 'True when the same was recorded before and this is the first receipt again.' },
  },
};

function commandPaths(): Json {
  const single = COMMAND_NAMES.map((name) => [
    `/v1/commands/${name}`,
    {
      post: {
        operationId: name,
        tags: ['commands'],
        summary: COMMANDS[name].description,
        parameters: [
          header('Idempotency-Key', '1 to 200 visible ASCII letters. The same key with the same command gives the first receipt again.'),
          header('If-Match', 'Revision of the stream that the caller saw.'),
          header('traceparent', 'W3C Trace Context; its trace id becomes the correlation id.'),
        ],
        requestBody: body('application/json', COMMANDS[name] as unknown as Json),
        responses: {
          '201': { description: 'Recorded.', ...receipt },
          '200': { description: 'Recorded before; the first receipt.', ...receipt },
          default: problem,
        },
      },
    },
  ]);
  const bulk = {
    post: {
      operationId: 'bulk',
      tags: ['commands'],
      summary: 'Many commands, streamed: one line each way for each. A bad line stops nothing.',
      parameters: [header('Prefer', '`handling=quarantine` keeps refused lines, sealed, with their reason.')],
      requestBody: body('application/x-ndjson', {
        type: 'string',
        description: '{"command": NAME, "body": {…}, "idempotencyKey"?: KEY, "ifMatch"?: REVISION}',
      }),
      responses: {
        '200': {
          description: '{"line", "status", "receipt"} or {"line", "status", "problem", "quarantined"?}, in order.',
          content: { 'application/x-ndjson': {} },
        },
        default: problem,
      },
    },
  };
  return { '/v1/commands': bulk, ...Object.fromEntries(single) };
}

function readPaths(): Json {
  const patient = path('patientId', { type: 'string', format: 'uuid' });
  const page = [query('limit', 'How many at most.', { type: 'integer', minimum: 1 }), query('cursor', '`next` of the page before.')];
  const minimum = header('Minimum-Position', 'Waits until the read model has reached this position.');
  const leastLikely = query('minimum', 'Least probability, 0 to 1. Left out: what the policy offers.', { type: 'number', minimum: 0, maximum: 1 });
  const candidates = [leastLikely, ...page, minimum];
  const category = query('category', 'Only this data category.', { enum: [...CATEGORIES] });
  const knownAt = query('knownAt', 'As known at this recorded time (RFC 3339) or position.');
  const times = [
    query('validAt', 'The record as true at this instant: RFC 3339, or a date.'),
    knownAt,
    query('designationsAt', 'By the designations of this instant, as they are known today, instead of by those in force and known then.'),
  ];
  const format = (forms: readonly string[]) => query('format', 'Wins over `Accept`.', { enum: forms });
  return {
    '/v1/patients': read('find-patient', 'Find by identifier.', [query('identifier', 'SYSTEM|VALUE'), minimum]),
    '/v1/patients/search': {
      post: {
        operationId: 'search-patients',
        tags: ['reading'],
        summary: 'Patients by what is known of them, those who meet most of it first: in a body, since it identifies a person.',
        parameters: [minimum],
        requestBody: body('application/json', PatientSearchBody as unknown as Json),
        responses: { '200': { description: 'As asked.', content: { 'application/json': {} } }, default: problem },
      },
    },
    '/v1/patients/{patientId}/record': readAs(
      'record',
      'The authoritative record: each fact with its value, its alternatives and the rule. As FHIR: a collection of the values, one Patient among them, each with its Provenance.',
      [
        patient,
        category,
        ...times,
        ...page,
        minimum,
        format(['json', 'fhir']),
        query('alternatives', 'FHIR only: also what sources say otherwise, under a modifier extension.', { type: 'boolean' }),
      ],
      ['application/json', 'application/fhir+json'],
    ),
    ...maskedPaths([category, ...times, ...page, minimum]),
    ...keyPaths(),
    '/v1/patients/{patientId}/conflicts': read('conflicts', 'The facts on which live statements differ.', [patient, category, ...times, ...page, minimum]),
    '/v1/patients/{patientId}/lineage': readAs(
      'lineage',
      'Where each value came from, and in words why it is shown. Nothing is opened. Also as FHIR Provenance and as W3C PROV-JSON.',
      [
        patient,
        category,
        query('path', `Only what this path names, in a small part of FHIRPath: ${PATH_FORMS}.`),
        query('factId', 'Only this fact, under the id of any of its statements.'),
        ...times,
        ...page,
        minimum,
        format(['json', 'fhir', 'prov']),
      ],
      ['application/json', 'application/fhir+json', 'application/json;profile=prov'],
    ),
    '/v1/patients/{patientId}/sources': read('sources', 'Which record of which source is called what here.', [patient, category, knownAt, ...page, minimum]),
    '/v1/patients/{patientId}/sources/lookup': {
      post: {
        operationId: 'source-lookup',
        tags: ['reading'],
        summary: "Facts, statements and events of a source's record, by the id that it has there: in a body, since it may identify a person.",
        parameters: [patient, knownAt, minimum],
        requestBody: body('application/json', SourceLookup as unknown as Json),
        responses: { '200': { description: 'As asked.', content: { 'application/json': {} } }, default: problem },
      },
    },
    '/v1/patients/{patientId}/identity': read(
      'identity',
      'With whom the patient is one person, linked, or not the same, since when, by whom and why; and what an unmerge left to be looked at.',
      [patient],
    ),
    '/v1/candidates': read(
      'candidates',
      'Patients who may be one person, the likeliest first, with the score explained. Nothing is opened, nothing is merged.',
      [query('state', 'What became of the pair; open when left out.', { enum: [...CANDIDATE_STATES] }), ...candidates],
    ),
    '/v1/patients/{patientId}/candidates': read('patient-candidates', 'With whom the patient may be one person, whatever became of it.', [
      patient,
      ...candidates,
    ]),
    '/v1/patients/{patientId}/history': read(
      'history',
      'What sources said of the patient and what stewards decided, event by event. A merged patient has a history of their own; `mergedPatients` have theirs.',
      [patient, category, query('validAt', 'Only events that speak of this instant: RFC 3339, or a date.'), knownAt, ...page, minimum],
    ),
    '/v1/patients/{patientId}/erasure': read(
      'erasure',
      'Legal holds, what was asked and answered, and of an erasure its order, what it waits for, and its certificate.',
      [patient],
    ),
    '/v1/patients/{patientId}/accesses': read('accesses', 'Who saw what of the patient.', [patient, ...page, minimum]),
    '/v1/conflicts': read(
      'work-list',
      'What sources disagree on, over all patients: safety first, then what has waited longest. Without content. Role: steward.',
      [
        query('state', '`open` if it is left out.', { enum: [...CONFLICT_STATES] }),
        query('severity', 'Only this severity.', { enum: [...SEVERITIES] }),
        category,
        ...page,
        minimum,
      ],
    ),
    '/v1/designations': read('designations', 'Who is believed for what, the most specific first: each designation in words, and whether it is in force.', [
      query('patientId', 'Also those for this patient alone, with their codes.', { type: 'string', format: 'uuid' }),
      query('category', 'Only those that bear on this data category.', { enum: [...CATEGORIES] }),
      query('at', 'Where each stands at this instant: RFC 3339, or a date. Now, if it is left out.'),
      query('knownAt', 'As known at this recorded time (RFC 3339) or position.'),
      ...page,
      minimum,
    ]),
    '/v1/patients/{patientId}/amendments': read(
      'amendments',
      'Requests for amendment (45 CFR 164.526), what was answered and by when the next answer is due.',
      [patient, ...page, minimum],
    ),
    '/v1/changes': read('changes', 'Protected changes: who proposed and who approved each, what became of it, and what is still to be done.', [
      query('state', 'Only changes that stand like this.', { enum: [...CHANGE_STANDINGS] }),
      ...page,
      minimum,
    ]),
    '/v1/changes/{changeId}': read('change', 'One protected change.', [path('changeId', { type: 'string', format: 'uuid' }), minimum]),
    '/v1/feeds/{feed}': read(
      'feed',
      `Subscribe. ${Object.entries(FEEDS)
        .map(([name, { description }]) => `\`${name}\`: ${description}`)
        .join(' ')} Send \`Accept: text/event-stream\` for a live stream (\`Last-Event-ID\` resumes), else pages of CloudEvents.`,
      [path('feed', { enum: Object.keys(FEEDS) }), ...page, header('Last-Event-ID', 'The id of the last event received.')],
      'application/x-ndjson',
    ),
    '/v1/audit/events': read(
      'replay',
      "The auditor's replay: events as stored, sealed. Headers `Next-From` and `Replay-End` page on.",
      [
        query('stream', 'Only this stream.'),
        query('patient', "Only this patient's stream."),
        query('from', 'After this position; with a stream, from this revision.'),
        query('limit', 'How many at most.', { type: 'integer' }),
      ],
      'application/x-ndjson',
    ),
    '/v1/quarantine': read(
      'quarantine',
      'What a source sent and could not be taken, with its reason; `destroyed` when its time is over or whom it was about was erased.',
      [query('source', 'Id of the source.'), ...page],
    ),
  };
}
