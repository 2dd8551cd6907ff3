import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Name } from '../../schemas/event.js';
import { KeysUsed } from '../../schemas/events/keys-used.js';
import { strictAjv } from '../ajv.js';
import type { CountedUse } from './uses.js';

const NAME = /^key-uses\.([0-9a-f-]{36})\.([0-9a-f-]{36})$/;

/** A file of uses that is not in the log yet. `writer` is the process that made it. */
export interface Segment {
  readonly writer: string;
  readonly segment: string;
}

/** What a segment holds. */
export interface SpooledUses {
  readonly uses: readonly CountedUse[];
  /** Lines that are no uses: a disk's or a person's doing. */
  readonly damagedLines: number;
}

/** Lines of a segment could not be read, and what they told is lost; the rest is in the log. */
export class DamagedSegment extends Error {
  constructor(
    readonly segment: string,
    readonly damagedLines: number,
  ) {
    super(`${damagedLines} damaged lines in the segment ${segment}`);
    this.name = 'DamagedSegment';
  }
}

/** A use has to fit into the event that it becomes: one that does not would keep all others out of the log. */
const ajv = strictAjv();
const fits = ajv.compile(KeysUsed.properties.data.properties.uses);
const isName = ajv.compile<string>(Name);

/**
 * Uses of keys on their way into the log: a file a segment, a line a use, written with a plain write, which a killed process
 * leaves behind whole (only a loss of power can take the last moment). No content and no key: ids, scopes and counts.
 */
export class UseSpool {
  #open: { readonly at: Segment; readonly file: number } | null = null;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Begins a segment; what is written from now on goes there. */
  begin(at: Segment): void {
    this.end();
    this.#open = { at, file: openSync(this.#path(at), 'ax', 0o600) };
  }

  write(uses: readonly CountedUse[]): void {
    if (this.#open === null || uses.length === 0) return;
    const lines = uses.map(({ tenant, owner, user, operation, scope, count }) =>
      JSON.stringify([tenant, owner, user.subject, user.purpose, user.reason, operation, scope, count]),
    );
    writeSync(this.#open.file, `${lines.join('\n')}\n`);
  }

  end(): void {
    if (this.#open !== null) closeSync(this.#open.file);
    this.#open = null;
  }

  /** Segments that processes before this one left, oldest first. */
  left(): Segment[] {
    const found = readdirSync(this.folder).flatMap((name) => {
      const [, writer, segment] = NAME.exec(name) ?? [];
      return writer === undefined || segment === undefined ? [] : [{ at: { writer, segment }, writtenMs: statSync(join(this.folder, name)).mtimeMs }];
    });
    return found.sort((left, right) => left.writtenMs - right.writtenMs).map(({ at }) => at);
  }

  /** A last line that was cut in the middle was of a use that never took effect. */
  read(at: Segment): SpooledUses {
    const lines = readFileSync(this.#path(at), 'utf8').split('\n').slice(0, -1);
    const uses = lines.flatMap((line) => useIn(line) ?? []);
    return { uses, damagedLines: lines.length - uses.length };
  }

  remove(at: Segment): void {
    unlinkSync(this.#path(at));
  }

  #path({ writer, segment }: Segment): string {
    return join(this.folder, `key-uses.${writer}.${segment}`);
  }
}

/** Undefined when the line is not one that was written here. */
function useIn(line: string): CountedUse | undefined {
  const [tenant, owner, subject, purpose, reason, operation, scope, count] = membersOf(line);
  if (!isName(tenant) || !fits([{ subject, purpose, reason, operation, scope, of: [{ owner, count }] }])) return undefined;
  const use = { tenant, owner, user: { subject, purpose, reason }, operation, scope, count };
  return use as CountedUse;
}

function membersOf(line: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(line);
    return Array.isArray(parsed) && parsed.length === 8 ? parsed : [];
  } catch {
    // Said by the count of damaged lines.
    return [];
  }
}
