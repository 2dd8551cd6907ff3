import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

export interface InputFile {
  readonly path: string;
  readonly kind: 'json' | 'ndjson';
  readonly isPacked: boolean;
  readonly sizeBytes: number;
}

/** A file that cannot be taken, with the reason. */
export interface FileFault {
  readonly path: string;
  readonly reason: string;
}

const NAME = /\.(json|ndjson)(\.gz)?$/i;

/** The files that were named, and those in the folders that were named, each once, folders in the order of names. */
export async function findFiles(paths: readonly string[]): Promise<{ files: InputFile[]; faults: FileFault[] }> {
  const files = new Map<string, InputFile>();
  const faults: FileFault[] = [];
  for (const path of paths) {
    try {
      const found = await stat(path);
      if (found.isDirectory()) for (const file of await filesIn(path)) files.set(file.path, file);
      else if (NAME.test(path)) files.set(path, inputFile(path, found.size));
      else faults.push({ path, reason: 'its name does not end in .json, .json.gz, .ndjson or .ndjson.gz' });
    } catch (fault) {
      faults.push({ path, reason: faultWords(fault) });
    }
  }
  return { files: [...files.values()], faults };
}

async function filesIn(folder: string): Promise<InputFile[]> {
  const names = await readdir(folder, { recursive: true });
  const found: InputFile[] = [];
  for (const name of names.filter((candidate) => NAME.test(candidate)).sort()) {
    const path = join(folder, name);
    const about = await stat(path);
    if (about.isFile()) found.push(inputFile(path, about.size));
  }
  return found;
}

function inputFile(path: string, sizeBytes: number): InputFile {
  const [, kind = 'json', packed] = NAME.exec(path) ?? [];
  return { path, kind: kind.toLowerCase() as InputFile['kind'], isPacked: packed !== undefined, sizeBytes };
}

/** The file's bytes, unpacked. `onRead` hears how many bytes of the file itself were read. Throws when it is broken. */
export async function* bytesOf(file: InputFile, onRead: (sizeBytes: number) => void): AsyncGenerator<Buffer> {
  const source = createReadStream(file.path);
  source.on('data', (chunk) => onRead(chunk.length));
  if (!file.isPacked) {
    yield* source as AsyncIterable<Buffer>;
    return;
  }
  const unpacked = createGunzip();
  source.once('error', (fault) => unpacked.destroy(fault));
  try {
    yield* source.pipe(unpacked) as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
  }
}

/** What went wrong with a file, without a word of what is in it. */
export function faultWords(fault: unknown): string {
  const { code } = fault as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES') return 'it may not be read';
  if (code === 'Z_BUF_ERROR') return 'it ends in the middle of its gzip stream';
  if (code?.startsWith('Z_')) return 'its gzip stream is broken';
  return fault instanceof FileProblem ? fault.message : `it cannot be read (${code ?? 'unknown'})`;
}

/** A file's content cannot be taken; the message quotes none of it. */
export class FileProblem extends Error {}
