import { isUtf8 } from 'node:buffer';
import { isFhirResource } from '../../../domain/identity/resource.js';
import type { JsonValue } from '../../../domain/json/json-value.js';
import { linesOf } from '../../http/lines.js';
import { bundleOf } from './bundle.js';
import { bytesOf, FileProblem, type InputFile } from './files.js';
import { type Found, foundOf, unrecordable } from './found.js';

/** Resources that came together and may refer to each other: a bundle's, or a single one. */
export type Group = { readonly bundle: readonly Found[] } | { readonly single: Found } | { readonly refused: 'too-large' | 'invalid-text' };

/** A bundle is held in memory while it is sent; what is larger than that should come as NDJSON. */
const TEXT_AT_MOST_BYTES = 96 * 1024 * 1024;
const TOO_LARGE = `it is larger than ${TEXT_AT_MOST_BYTES / 1024 / 1024} MiB unpacked: split it, or convert it to NDJSON`;
const MARK = '\ufeff';

/** What a file holds, piece by piece. Throws what `faultWords` has words for. */
export async function* groupsOf(file: InputFile, onRead: (sizeBytes: number) => void): AsyncGenerator<Group> {
  if (file.kind === 'ndjson') yield* lineGroups(file, onRead);
  else yield groupOf(await textOf(file, onRead), false);
}

async function textOf(file: InputFile, onRead: (sizeBytes: number) => void): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(file, onRead)) {
    size += chunk.length;
    if (size > TEXT_AT_MOST_BYTES) throw new FileProblem(TOO_LARGE);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new FileProblem('it is not UTF-8');
  const text = bytes.toString('utf8');
  return text.startsWith(MARK) ? text.slice(1) : text;
}

async function* lineGroups(file: InputFile, onRead: (sizeBytes: number) => void): AsyncGenerator<Group> {
  let broken: unknown;
  const chunks = async function* () {
    try {
      yield* bytesOf(file, onRead);
    } catch (fault) {
      // The cutter takes a broken stream for its end: whoever reads a file has to know.
      broken = fault;
      throw fault;
    }
  };
  for await (const line of linesOf(chunks(), TEXT_AT_MOST_BYTES)) {
    if ('text' in line) yield groupOf(line.text.startsWith(MARK) ? line.text.slice(1) : line.text, true);
    else if (line.refused !== 'truncated-input') yield { refused: line.refused };
  }
  if (broken !== undefined) throw broken;
}

/** A line that cannot be read is kept as what it is; a whole file that cannot is refused. */
function groupOf(text: string, isLine: boolean): Group {
  try {
    const bundle = /"resourceType"\s*:\s*"Bundle"/.test(text) ? bundleOf(text) : null;
    return bundle === null ? { single: singleOf(text) } : { bundle };
  } catch (fault) {
    if (isLine) return { single: unrecordable('(unreadable)', 'unreadable', text) };
    throw fault;
  }
}

function singleOf(text: string): Found {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw new FileProblem('it is not valid JSON');
  }
  if (!isFhirResource(value)) throw new FileProblem('it holds no FHIR resource');
  return foundOf(value, text.trim(), null);
}
