import { scanElements } from '../../domain/json/elements.js';
import { scanMembers } from '../../domain/json/lossless.js';
import { explainFact, type SaidBy } from '../../projections/reading/explain.js';
import type { Lineage } from '../../projections/reading/lineage.js';
import { summaryOf } from '../../projections/reading/summary.js';

const DEPTH_AT_MOST = 100;

/**
 * What the statements of a page of the record say, in a few words, by fact and event; null for what nobody can open. Read from the
 * text: its digits are as they were written.
 */
export function saidIn(page: string): Map<string, string | null> {
  const said = new Map<string, string | null>();
  for (const fact of elementsOf(memberOf(page, 'facts'))) {
    const { factId } = JSON.parse(fact) as { factId: string };
    for (const statement of [memberOf(fact, 'value'), ...elementsOf(memberOf(fact, 'alternatives'))]) {
      const resource = memberOf(statement, 'resource');
      const { eventId, unreadable } = JSON.parse(statement) as { readonly eventId: string; readonly unreadable?: true };
      if (unreadable === true) said.set(`${factId}|${eventId}`, null);
      // Of what is withheld there is nothing to say.
      if (resource === '' || resource === 'null') continue;
      said.set(`${factId}|${eventId}`, summaryOf(resource));
    }
  }
  return said;
}

/** What a page of the record or its lineage says of itself. */
export interface Answering {
  readonly patientId: string;
  readonly askedFor: string;
  readonly mergedPatients: readonly string[];
  readonly validAt: string | null;
  readonly knownAt: { readonly position: string } | { readonly time: string } | null;
  readonly designationsAt: string | null;
}

/** Whose record it is, and as of when. */
export function prefaceOf({ patientId, askedFor, mergedPatients, validAt, knownAt, designationsAt }: Answering): string {
  const known = knownAt === null ? 'now' : 'time' in knownAt ? `on ${knownAt.time}` : `at position ${knownAt.position}`;
  const sentences = [
    `Patient ${patientId}${askedFor === patientId ? '' : `, who answers for ${askedFor}`}.`,
    ...(mergedPatients.length === 0 ? [] : [`One by merges with ${mergedPatients.join(', ')}.`]),
    `As known ${known}${validAt === null ? '' : `, as true on ${validAt}`}${designationsAt === null ? '' : `, by the designations of ${designationsAt}`}.`,
  ];
  return printable(sentences.join(' '));
}

/** A fact's story: a heading, and a sentence a line. Letters that could drive a terminal do not get through. */
export function storyOf(lineage: Lineage, said: ReadonlyMap<string, string | null>): string {
  const { factId, category, element, resourceType } = lineage;
  const saidBy: SaidBy = (eventId) => said.get(`${factId}|${eventId}`);
  const heading = `${category.replaceAll('-', ' ')}${element === null ? '' : `, ${element}`} · ${resourceType} · fact ${factId}`;
  return [heading, ...explainFact(lineage, saidBy).map((sentence) => `  ${sentence}`)].map(printable).join('\n');
}

function printable(line: string): string {
  return line.replace(/\p{C}+/gu, ' ');
}

function memberOf(text: string, name: string): string {
  const span = scanMembers(text, { maxDepth: DEPTH_AT_MOST }).members.get(name);
  return span === undefined ? '' : text.slice(span.start, span.end);
}

function elementsOf(text: string): string[] {
  return (scanElements(text) ?? []).map(({ start, end }) => text.slice(start, end));
}
