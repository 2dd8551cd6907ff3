import type { SealedPart } from '../../schemas/event.js';
import { type Cut, putBack } from '../phi/cutting.js';
import type { Labels } from '../phi/labels.js';
import { LedgerFault } from '../rejections.js';
import type { KeyRing, PartPlace } from '../rings.js';

const BEFORE = '"sourceRecordId":';
const BETWEEN = '"resource":';
const LABELS = '{"labels":';
const PARTS = '{"parts":';

/** The part that holds what a source wrote, as far as nothing of it was cut out; and the parts that hold what was. */
export const CONTENT_PART = 'content';
export const CUT_PART = 'cut';

/** What a source wrote, opened: its id of the record, and the resource byte for byte. */
export interface Opened {
  readonly sourceRecordId: string;
  readonly resource: string;
}

/** What of it a ring opens. Null is what lies under a scope that the ring does not hold. */
export interface Shown {
  readonly sourceRecordId: string | null;
  readonly resource: string | null;
  /** Something lies under a scope that the ring does not hold; which one, and how much, is not said. */
  readonly withheld: boolean;
  /** Why it is sensitive, where it is and the ring holds what says so. */
  readonly labels: Labels | null;
  /** How many parts were opened for it. */
  readonly opened: number;
}

interface Content {
  readonly sourceRecordId: string | null;
  readonly resource: string;
}

interface Kept {
  readonly sourceRecordId: string;
  readonly labels: Labels | null;
}

/** What is sealed: the source's record id, which may identify a person, and the resource as it was written. */
export function joinContent({ sourceRecordId, resource }: Content): string {
  return `{${BEFORE}${JSON.stringify(sourceRecordId)},${BETWEEN}${resource}}`;
}

/** The same, with the labels of a resource that is sensitive itself. */
export function joinLabelled(content: Opened, labels: Labels | null): string {
  const plain = joinContent(content);
  return labels === null ? plain : `${LABELS}${JSON.stringify(labels)},${plain.slice(1)}`;
}

/** What is left of a resource of which parts were cut out: it knows how many, so that none can get lost on the way. */
export function joinRest(content: Content, parts: number): string {
  return `${PARTS}${parts},${joinContent(content).slice(1)}`;
}

/**
 * What was cut out of a resource for one scope: a line of JSON that says where each piece belongs and how long it is, then the pieces as
 * they were written, so that they take no more room than before. The most restricted part keeps what tells about the whole.
 */
export function joinCutPart(cuts: readonly Cut[], kept: Kept | null): string {
  const places = cuts.map(({ at, order, text }) => [at, order, text.length]);
  const { labels, ...id } = kept ?? { labels: null };
  return `${JSON.stringify({ ...id, ...(labels === null ? {} : { labels }), cuts: places })}\n${cuts.map(({ text }) => text).join('')}`;
}

/**
 * Splits the sealed text without parsing it, so that digits and order stay as written. Labels hold no quote of their own, and inside
 * the record id every quote is escaped, so the first place where each member's name stands is the right one.
 */
export function splitContent(text: string): Content {
  const idAt = text.indexOf(BEFORE) + BEFORE.length;
  const at = text.indexOf(`,${BETWEEN}`, endOfId(text, idAt));
  return {
    sourceRecordId: JSON.parse(text.slice(idAt, at)) as string | null,
    resource: text.slice(at + 1 + BETWEEN.length, -1),
  };
}

function partsNamedBy(text: string): number {
  return text.startsWith(PARTS) ? 1 + Number.parseInt(text.slice(PARTS.length), 10) : 1;
}

/** A record id may itself read like the next member's name. */
function endOfId(text: string, start: number): number {
  if (text[start] !== '"') return start;
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** Opens what a ring holds of an event's parts, and puts it together. */
export async function openContent(ring: KeyRing, sealed: readonly SealedPart[], place: Pick<PartPlace, 'stream' | 'eventId'>): Promise<Shown> {
  const held = sealed.filter((part) => ring.holds(part));
  const withheld = held.length < sealed.length;
  const main = sealed.find(({ name }) => name === CONTENT_PART);
  if (main === undefined) throw new LedgerFault('content-unreadable');
  if (!held.includes(main)) return { sourceRecordId: null, resource: null, withheld, labels: null, opened: 0 };
  const text = await ring.open(main, place);
  if (partsNamedBy(text) !== sealed.length || new Set(sealed.map(({ scope }) => scope)).size < sealed.length) throw new LedgerFault('content-unreadable');
  const content = splitContent(text);
  if (held.length === 1) return { ...content, withheld, labels: labelsIn(text), opened: 1 };
  const parts = await Promise.all(held.filter((part) => part !== main).map(async (part) => cutPartOf(await ring.open(part, place))));
  return {
    sourceRecordId: content.sourceRecordId ?? parts.find(({ sourceRecordId }) => sourceRecordId !== undefined)?.sourceRecordId ?? null,
    resource: putBack(
      content.resource,
      parts.flatMap(({ cuts }) => cuts),
    ),
    withheld,
    labels: parts.find(({ labels }) => labels !== undefined)?.labels ?? null,
    opened: held.length,
  };
}

/** All that a source wrote. For those who work with all keys, since anything less would be half a record. */
export async function openWhole(ring: KeyRing, sealed: readonly SealedPart[], place: Pick<PartPlace, 'stream' | 'eventId'>): Promise<Opened> {
  const { sourceRecordId, resource, withheld } = await openContent(ring, sealed, place);
  if (sourceRecordId === null || resource === null || withheld) throw new LedgerFault('content-unreadable');
  return { sourceRecordId, resource };
}

function labelsIn(text: string): Labels | null {
  return text.startsWith(LABELS) ? (JSON.parse(text.slice(LABELS.length, text.indexOf(`,${BEFORE}`))) as Labels) : null;
}

function cutPartOf(text: string): { readonly sourceRecordId?: string; readonly labels?: Labels; readonly cuts: readonly Cut[] } {
  const line = text.indexOf('\n');
  const { cuts, ...kept } = JSON.parse(text.slice(0, line)) as {
    sourceRecordId?: string;
    labels?: Labels;
    cuts: [at: number, order: number, length: number][];
  };
  let from = line + 1;
  return {
    ...kept,
    cuts: cuts.map(([at, order, length]) => {
      from += length;
      return { at, order, text: text.slice(from - length, from) };
    }),
  };
}
