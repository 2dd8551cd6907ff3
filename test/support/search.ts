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
  const ways = new Map<string, Buffer>([
    ['UTF-8', bytes],
    ['UTF-16LE', Buffer.from(marker, 'utf16le')],
    ['hex', Buffer.from(bytes.toString('hex'), 'latin1')],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase(), 'latin1')],
    ['percent', Buffer.from(encodeURIComponent(marker), 'latin1')],
    ['JSON', Buffer.from(JSON.stringify(marker).slice(1, -1), 'utf8')],
  ]);
  for (const [alphabet, offset] of [0, 1, 2].flatMap((at) => [['base64', at] as const, ['base64url', at] as const])) {
    const form = middleOf(bytes, alphabet, offset);
    // What is shorter would be found by chance among so much that is sealed.
    if (form.length >= CERTAIN_LENGTH) ways.set(`${alphabet} at ${offset}`, Buffer.from(form, 'latin1'));
  }
  return ways;
}

/** The base64 of anything that holds these bytes at this offset of a group of three, without the groups they share with their neighbours. */
function middleOf(bytes: Buffer, alphabet: 'base64' | 'base64url', offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString(alphabet)
    .replace(/=+$/, '');
  const whole = Math.floor((bytes.length + offset) / 3) * 4;
  return text.slice(offset === 0 ? 0 : 4, whole);
}

/** Among some ten million random letters of base64, no given word of this length stands by chance. */
const CERTAIN_LENGTH = 9;
const PREFIX = 4;
const BUCKETS = 1 << 20;
const BASE64_LETTER = /[A-Za-z0-9+/_-]/;

interface Wanted {
  readonly marker: string;
  readonly encoding: string;
  readonly form: Buffer;
}

/** Looks for thousands of texts in one pass over the bytes: by their first four bytes, and then by the rest. */
export class Searcher {
  readonly #byPrefix = new Map<number, Wanted[]>();
  readonly #filter = new Uint8Array(BUCKETS);

  constructor(markers: Iterable<string>) {
    for (const marker of new Set(markers)) {
      const seen = new Set<string>();
      for (const [encoding, form] of encodingsOf(marker)) {
        if (form.length < PREFIX || seen.has(form.toString('hex'))) continue;
        seen.add(form.toString('hex'));
        const prefix = form.readUInt32LE(0);
        this.#filter[bucketOf(prefix)] = 1;
        this.#byPrefix.set(prefix, [...(this.#byPrefix.get(prefix) ?? []), { marker, encoding, form }]);
      }
    }
  }

  inBytes(where: string, bytes: Buffer): Hit[] {
    const found = new Set<Wanted>();
    let prefix = bytes.length >= PREFIX ? bytes.readUInt32LE(0) : 0;
    for (let at = 0; at + PREFIX <= bytes.length; at += 1) {
      if (this.#filter[bucketOf(prefix)] === 1) {
        for (const wanted of this.#byPrefix.get(prefix) ?? []) if (standsAt(bytes, at, wanted)) found.add(wanted);
      }
      prefix = ((prefix >>> 8) | ((bytes[at + PREFIX] ?? 0) << 24)) >>> 0;
    }
    return [...found].map(({ marker, encoding }) => ({ where, marker, encoding }));
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

function bucketOf(prefix: number): number {
  return (Math.imul(prefix, 0x9e3779b1) >>> 12) & (BUCKETS - 1);
}

/** A short word counts only where it stands alone: sealed content is long runs of random letters. */
function standsAt(bytes: Buffer, at: number, { form }: Wanted): boolean {
  if (bytes.compare(form, 0, form.length, at, Math.min(at + form.length, bytes.length)) !== 0) return false;
  if (form.length >= CERTAIN_LENGTH) return true;
  const neighbours = [bytes[at - 1], bytes[at + form.length]];
  return neighbours.every((byte) => byte === undefined || !BASE64_LETTER.test(String.fromCharCode(byte)));
}
