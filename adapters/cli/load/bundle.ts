import { isFhirResource } from '../../../domain/identity/resource.js';
import { scanElements } from '../../../domain/json/elements.js';
import { type JsonValue, scanMembers } from '../../../domain/json/lossless.js';
import { FileProblem } from './files.js';
import { type Found, foundOf, unrecordable } from './found.js';

const TYPES: ReadonlySet<string> = new Set(['transaction', 'batch', 'collection', 'document', 'searchset']);
const DEPTH_AT_MOST = 100;
/** Entries that ask for something to be stored; a bundle without requests holds records. */
const STORING: ReadonlySet<unknown> = new Set([undefined, 'POST', 'PUT']);

/**
 * The resources of a bundle, each with its own text as it stands there; null if the text is another resource. The whole
 * bundle is looked through before the first is handed out, so that one that breaks off in the middle is refused whole.
 *
 * @throws FileProblem with words that quote nothing of the bundle.
 */
export function bundleOf(text: string): Found[] | null {
  const scan = scanMembers(text, { maxDepth: DEPTH_AT_MOST });
  if (scan.error !== undefined) throw new FileProblem(`it is not valid JSON (${scan.error.code} at character ${scan.error.offset})`);
  const span = scan.members.get('entry');
  const envelope = parsed(span === undefined ? text : `${text.slice(0, span.start)}null${text.slice(span.end)}`, 0) as Record<string, unknown>;
  if (envelope['resourceType'] !== 'Bundle') return null;
  const type = envelope['type'];
  if (typeof type !== 'string' || !TYPES.has(type)) throw new FileProblem(`it is no bundle of a type that is loaded (${[...TYPES].join(', ')})`);
  if (span === undefined) return [];
  const elements = scanElements(text, span.start, span.end);
  if (elements === null) throw new FileProblem('it is not valid JSON (the entries are no array)');
  return elements.map(({ start, end }) => entryOf(text.slice(start, end), start));
}

function entryOf(text: string, offset: number): Found {
  const { resource, fullUrl, request } = Object(parsed(text, offset)) as Record<string, JsonValue>;
  const type = isFhirResource(resource) ? resource.resourceType : '(no resource)';
  const span = scanMembers(text, { maxDepth: DEPTH_AT_MOST }).members.get('resource');
  const method = (request as Record<string, unknown> | null | undefined)?.['method'];
  if (span === undefined || !STORING.has(method) || !isFhirResource(resource)) return unrecordable(type, 'entry', text);
  return foundOf(resource, text.slice(span.start, span.end), typeof fullUrl === 'string' ? fullUrl : null);
}

function parsed(text: string, offset: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own words quote the text.
    throw new FileProblem(`it is not valid JSON (in what begins at character ${offset})`);
  }
}
