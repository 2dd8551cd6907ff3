import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text that was found where it must not be, and how it was written there. */
export interface Hit {
  readonly where: string;
  readonly marker: string;
  readonly encoding: string;
}

/** The ways in which a text may lie in a file without being seen at first sight. */
export function encodingsOf(marker: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(marker, 'utf8');
  const escaped = JSON.stringify(marker).slice(1, -1);
  const ways = new Map<string, Buffer>([
    ['UTF-8', bytes],
    ['UTF-16LE', Buffer.from(marker, 'utf16le')],
    ['hex', Buffer.from(bytes.toString('hex'), 'latin1')],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase(), 'latin1')],
    ['percent', Buffer.from(encodeURIComponent(marker), 'latin1')],
    ['JSON', Buffer.from(escaped, 'utf8')],
  ]);
  for (const [alphabet, offset] of [0, 1, 2].flatMap((at) => [['base64', at] as const, ['base64url', at] as const])) {
    ways.set(`${alphabet} at ${offset}`, Buffer.from(middleOf(bytes, alphabet, offset), 'latin1'));
  }
  // Short texts have encodings so short that chance would find them.
  for (const [way, form] of ways) if (form.length < Math.min(8, bytes.length)) ways.delete(way);
  return ways;
}

/** The letters of the base64 of anything that holds these bytes at this offset of a group of three: without the groups it shares with its neighbours. */
function middleOf(bytes: Buffer, alphabet: 'base64' | 'base64url', offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString(alphabet)
    .replace(/=+$/, '');
  const whole = Math.floor((bytes.length + offset) / 3) * 4;
  return text.slice(offset === 0 ? 0 : 4, whole);
}

/** Looks for markers in one text or file. */
export class Searcher {
  readonly #wanted: readonly { marker: string; encoding: string; form: Buffer }[];

  constructor(markers: Iterable<string>) {
    this.#wanted = [...new Set(markers)].flatMap((marker) => [...encodingsOf(marker)].map(([encoding, form]) => ({ marker, encoding, form })));
  }

  inBytes(where: string, bytes: Buffer): Hit[] {
    return this.#wanted.filter(({ form }) => bytes.includes(form)).map(({ marker, encoding }) => ({ where, marker, encoding }));
  }

  inText(where: string, text: string): Hit[] {
    return this.inBytes(where, Buffer.from(text, 'utf8'));
  }

  /** Every file of a folder, and every file's name. */
  inFolder(folder: string): { hits: Hit[]; files: number; sizeBytes: number } {
    const hits: Hit[] = [];
    let [files, sizeBytes] = [0, 0];
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      hits.push(...this.inText(`the name of ${path}`, entry.name));
      if (!entry.isFile()) continue;
      const bytes = readFileSync(path);
      files += 1;
      sizeBytes += bytes.length;
      hits.push(...this.inBytes(path, bytes));
    }
    return { hits, files, sizeBytes };
  }
}
