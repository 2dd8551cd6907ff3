import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A text that was found where it must not be, and how it was written there. */
export interface Hit {
  readonly where: string;
  readonly marker: string;
  readonly encoding: string;
}

/** Bytes that may be nowhere, under a name to speak of them: a key is not repeated in a test's output. */
export interface Secret {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What is looked for, in words, for the page that says so. */
export const ENCODINGS = [
  'UTF-8, as written, in lower and in upper case',
  'UTF-16, both byte orders',
  'base64 and base64url, at each of the three alignments',
  'hexadecimal, in both cases',
  'percent-encoding, of what needs it and of every byte, in both cases of its digits',
  'JSON escapes, of what needs it and of every letter',
  'each of these inside gzip',
] as const;

type Form = readonly [encoding: string, bytes: Buffer];

/** The ways in which a text may lie in a file without being seen at first sight. */
export function encodingsOf(marker: string, anyCase: boolean): Form[] {
  const forms: Form[] = [];
  for (const text of new Set(anyCase ? [marker, marker.toLowerCase(), marker.toUpperCase()] : [marker])) {
    const bytes = Buffer.from(text, 'utf8');
    const wide = Buffer.from(text, 'utf16le');
    forms.push(['UTF-8', bytes], ['UTF-16LE', wide], ['UTF-16BE', Buffer.from(wide).swap16()], ...writtenOut(bytes));
  }
  const percent = Buffer.from(marker).toString('hex').replace(/../g, '%$&');
  for (const written of [encodeURIComponent(marker), percent, percent.toUpperCase()]) forms.push(['percent', Buffer.from(written, 'latin1')]);
  const escaped = [...marker].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  for (const written of [JSON.stringify(marker).slice(1, -1), escaped]) forms.push(['JSON', Buffer.from(written, 'utf8')]);
  return forms;
}

/** Bytes as text: hex, and base64 wherever it may begin. */
function writtenOut(bytes: Buffer): Form[] {
  const hex = bytes.toString('hex');
  const forms: Form[] = [
    ['hex', Buffer.from(hex, 'latin1')],
    ['HEX', Buffer.from(hex.toUpperCase(), 'latin1')],
  ];
  for (const alphabet of ['base64', 'base64url'] as const) {
    for (const offset of [0, 1, 2]) {
      const form = middleOf(bytes, alphabet, offset);
      // What is shorter would be found by chance among so much that is sealed.
      if (form.length >= CERTAIN_LENGTH) forms.push([`${alphabet} at ${offset}`, Buffer.from(form, 'latin1')]);
    }
  }
  return forms;
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
const LETTER = new Uint8Array(256);
for (const letter of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-')) LETTER[letter] = 1;
const GZIP = Buffer.from([0x1f, 0x8b, 8]);

interface Wanted {
  readonly marker: string;
  readonly encoding: string;
  readonly form: Buffer;
}

/** Looks for thousands of texts in one pass over the bytes: by their first four bytes, and then by the rest. */
export class Searcher {
  readonly #byPrefix = new Map<number, Wanted[]>();
  readonly #filter = new Uint8Array(BUCKETS);

  /** `anyCase`: also all small and all large, which only a text that is nobody's word can be looked for in. */
  constructor(wanted: Iterable<string | Secret>, { anyCase = false } = {}) {
    for (const one of new Set(wanted)) {
      const forms: Form[] = typeof one === 'string' ? encodingsOf(one, anyCase) : [['bytes', one.bytes], ...writtenOut(one.bytes)];
      const seen = new Set<string>();
      for (const [encoding, form] of forms) {
        const text = form.toString('latin1');
        if (form.length < PREFIX || seen.has(text)) continue;
        seen.add(text);
        this.#add({ marker: typeof one === 'string' ? one : one.name, encoding, form });
      }
    }
  }

  #add(wanted: Wanted): void {
    const prefix = wanted.form.readUInt32LE(0);
    this.#filter[bucketOf(prefix)] = 1;
    const known = this.#byPrefix.get(prefix);
    if (known === undefined) this.#byPrefix.set(prefix, [wanted]);
    else known.push(wanted);
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
    const inside = bytes.subarray(0, GZIP.length).equals(GZIP) ? this.inBytes(`${where}, unpacked`, gunzipSync(bytes)) : [];
    return [...[...found].map(({ marker, encoding }) => ({ where, marker, encoding })), ...inside];
  }

  inText(where: string, text: string): Hit[] {
    return this.inBytes(where, Buffer.from(text, 'utf8'));
  }

  /** Every file of a folder, and every file's name, except those that are named. */
  inFolder(folder: string, except: ReadonlySet<string> = new Set()): { hits: Hit[]; files: number; sizeBytes: number } {
    const hits: Hit[] = [];
    let [files, sizeBytes] = [0, 0];
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      hits.push(...this.inText(`the name of ${path}`, entry.name));
      if (!entry.isFile() || except.has(path)) continue;
      const bytes = contentOf(path);
      if (bytes === null) continue;
      files += 1;
      sizeBytes += bytes.length;
      hits.push(...this.inBytes(path, bytes));
    }
    return { hits, files, sizeBytes };
  }
}

/** Null for a file that has gone since it was listed: the ledger may be at work. */
function contentOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fault;
  }
}

function bucketOf(prefix: number): number {
  return (Math.imul(prefix, 0x9e3779b1) >>> 12) & (BUCKETS - 1);
}

/** A short word counts only where it stands alone: sealed content is long runs of random letters. */
function standsAt(bytes: Buffer, at: number, { form }: Wanted): boolean {
  const end = at + form.length;
  if (end > bytes.length) return false;
  for (let index = PREFIX; index < form.length; index += 1) if (bytes[at + index] !== form[index]) return false;
  if (form.length >= CERTAIN_LENGTH) return true;
  return LETTER[bytes[at - 1] ?? 0] !== 1 && LETTER[bytes[end] ?? 0] !== 1;
}
