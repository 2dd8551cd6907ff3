import { COMMAND_NAMES } from '../../schemas/command-catalogue.js';
import { ENCODINGS } from '../support/search.js';
import { CLEAR_BY_CONTRACT, DISCLOSURES } from './disclosures.js';
import { VISITED_ROUTES } from './every-route.js';
import { CALLED_VERBS } from './every-verb.js';

interface Place {
  readonly what: string;
  /** How a value of the canary could get there. */
  readonly how: string;
  /** Files of the data folder that are this place. */
  readonly files?: RegExp;
  /** Answers that are this place, by what the tour calls them. */
  readonly answers?: RegExp;
}

/** THE list of places that are searched. The canary test fails on a file that none of them covers, and on a place where it found nothing to search. */
export const PLACES: Readonly<Record<string, Place>> = {
  'event log': { what: 'events, stream names, metadata, the write-ahead log', how: 'every command, the audit of every read and refusal', files: /^events\.db/ },
  'read models': { what: 'rows, search keys, former generations', how: 'every projection, rebuilds beside the running model', files: /^read-models\// },
  'key store': {
    what: 'wrapped keys, claims, what is written down of the use of keys',
    how: 'claims of patients and of Idempotency-Keys; rotation, erasure',
    files: /^keys\//,
  },
  'other files': { what: 'the lock, and whatever else stands in the data folder', how: 'start, stop, kill', files: /^(lock\.db|[^/]*\.json$)/ },
  'names of files and folders': { what: 'every name below the data folder', how: 'all of the above' },
  'temporary files': { what: 'the folder that TMPDIR names', how: 'spilled pages, half-written files' },
  log: {
    what: 'both outputs of the process, at `trace`, which holds what every other level does, and at `info`',
    how: 'everything, and faults that quote all they were given: thrown in a handler, by a store, and where nobody catches them',
  },
  'answers to commands': {
    what: 'bodies and headers',
    how: 'each command, sent twice, and each malformed variant of it',
    answers: /^POST POST \/v1\/commands\//,
  },
  'bulk results': {
    what: 'one line for each line',
    how: 'ten kinds of lines that cannot be taken, with and without quarantine',
    answers: /^POST POST \/v1\/commands \(/,
  },
  'answers to reads': {
    what: 'bodies and headers',
    how: 'each route, for each role that may and some that may not',
    answers: /^(GET GET|POST POST) \/v1\/(?!commands)/,
  },
  'answers to nonsense': {
    what: 'unknown addresses, broken escapes, very long addresses, other methods, text that is no HTTP',
    how: 'markers in addresses, parameters, headers, cursors, tokens and bodies',
    answers: /elsewhere|no HTTP/,
  },
  'health and metrics': {
    what: '`/metrics`, `/health`, `/openapi.json`, `/docs`',
    how: 'labels of routes, commands and models',
    answers: /^GET (GET \/(metrics|health|openapi)|elsewhere)/,
  },
  'live feeds': { what: 'server-sent events', how: 'subscribing, and resuming from an id of another list', answers: /live feed/ },
  'command line': {
    what: 'both outputs of every verb',
    how: 'each verb called well and wrongly, on files that load and files that do not',
    answers: /^ledger /,
  },
};

/** The places of the data folder and of the answers that nothing was found in to search, and the files that are of no place. */
export function gaps(files: readonly string[], answers: readonly string[]): string[] {
  const strange = files.filter((file) => !Object.values(PLACES).some((place) => place.files?.test(file)));
  const empty = Object.entries(PLACES).filter(([, place]) => {
    const { files: ofFiles, answers: ofAnswers } = place;
    if (ofFiles !== undefined) return !files.some((file) => ofFiles.test(file));
    return ofAnswers !== undefined && !answers.some((where) => ofAnswers.test(where));
  });
  return [...strange.map((file) => `a file of no place: ${file}`), ...empty.map(([name]) => `nothing was searched in: ${name}`)];
}

/** `docs/leak-test.md`. */
export function leakTestPage(): string {
  const list = (items: Iterable<string>) => [...items].map((item) => `- ${item}`).join('\n');
  const codes = (names: Iterable<string>) => [...names].map((name) => `\`${name}\``).join(', ');
  const places = Object.entries(PLACES).map(([name, { what, how }]) => `| ${name} | ${what} | ${how} |`);
  const disclosures = Object.entries(DISCLOSURES).map(([where, why]) => `| \`${where}\` | ${why} |`);
  return `# The leak test

Generated from \`test/leaks/places.ts\`. \`npm test\` sends a patient each of whose values is a text that stands nowhere else (every element of a FHIR
Patient, and of a resource of every data category; forms of real numbers; notes of psychotherapy, an HIV test, a genetic test, a dependence) through all of the
ledger. Then it searches every place below for every one of these texts, and fails on one hit. A command, a route or a verb that the patient did not go through
fails the test as well, so that nothing new is left out.

## Places that are searched

| place | what | how the texts could get there |
| --- | --- | --- |
${places.join('\n')}

Once while the ledger runs, and once after a \`kill -9\` in the middle of a load, a restart and a stop. A second tour has its read models and keys on a server
that speaks MongoDB's protocol, and all that was sent to it is searched. Where \`EVENTSTORE_URL\` names a server its log is there, and every record that the server keeps
of the tour is searched too: names of streams, ids, types, metadata and data.

## Writings in which each text is looked for

${list(ENCODINGS)}

A test of the test plants a text in each of these and finds it.

## Keys

The root key, every tenant's key, every secret of a patient, a tenant and an index, and the keys derived from these to seal and to name: nowhere but in the key
file, neither as bytes nor in hex nor in base64. The wrapped secret of an erased patient: not even wrapped.

## Codes and labels

What tells by itself that somebody has a condition (the code of an HIV test, the label of a psychotherapy note) is in no store and in no log.

## Answers that may show content

Nothing else does. What a request brought besides content is in no answer at all.

| answer | why it may |
| --- | --- |
${disclosures.join('\n')}

## What stands in clear, by contract

${list(CLEAR_BY_CONTRACT)}

## What it goes through

Commands: ${codes(COMMAND_NAMES)}.

Routes: ${codes(VISITED_ROUTES)}.

Verbs: ${codes(CALLED_VERBS)}.
`;
}
