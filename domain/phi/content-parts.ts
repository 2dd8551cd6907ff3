import { FREE_TEXT, PERSONS, SUMMARIES, SUMMARY_TEXTS } from '../../schemas/phi/path-rules.js';
import { compositeScope, type SensitiveScope } from '../../schemas/phi/scopes.js';
import type { ClearContent, ClearPart } from '../decider.js';
import type { FhirResource } from '../identity/resource.js';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/json-value.js';
import { joinContent, joinCutPart, joinLabelled, joinRest } from '../record/content.js';
import { cutOut } from './cutting.js';
import { type FoundIn, findIn } from './findings.js';
import { labelsFrom, sensitivitiesOf } from './labels.js';
import { type Places, spansOf } from './places.js';

/** What a source wrote, before it is sealed. */
export interface Said {
  readonly sourceRecordId: string;
  readonly text: string;
  readonly parsed: FhirResource;
  readonly category: string;
}

/** One part a scope; past this many, all that is sensitive goes under the scope that holds all of it. The envelope takes 16. */
const SCOPES_AT_MOST = 12;
const PERSON: ReadonlySet<string> = new Set(PERSONS);

/**
 * What is sealed of a resource, and under which scopes. Mostly all of it under its category. A resource that is sensitive itself
 * goes whole under its sensitivities; of others, elements that are go under theirs, identifiers and notes under their own, and
 * what tells about the whole (narrative, notes, the source's record id, the labels) goes with the most restricted part.
 */
export function contentParts({ sourceRecordId, text, parsed, category }: Said): ClearContent {
  const found = findIn(parsed);
  const isPerson = PERSON.has(parsed.resourceType) && parsed['identifier'] !== undefined;
  const hasNotes = parsed['note'] !== undefined;
  if (!found.whole.any && found.elements.length === 0 && !isPerson && !hasNotes) {
    return { scope: category, text: joinContent({ sourceRecordId, resource: text }) };
  }
  const home = found.whole.any || found.elements.length > 0 ? compositeScope(allOf(found)) : null;
  const whole = { scope: home ?? category, text: joinLabelled({ sourceRecordId, resource: text }, home === null ? null : labelsFrom(found)) };
  if (found.whole.any) return whole;
  const places = placesOf(found, parsed, { home, isPerson, hasNotes });
  const spans = spansOf(text, places);
  if (spans === null) return whole;
  const { rest, cuts } = cutOut(text, spans);
  const keeper = home ?? (isPerson ? 'identifiers' : null);
  const scopes = [...new Set([...spans.map(({ scope }) => scope), ...(keeper === null ? [] : [keeper])])];
  const cut = scopes.map((scope): ClearPart => {
    const own = cuts.filter(({ order }) => spans[order]?.scope === scope);
    const kept = scope === keeper ? { sourceRecordId, labels: home === null ? null : labelsFrom(found) } : null;
    return { scope, text: joinCutPart(own, kept) };
  });
  return { scope: category, text: joinRest({ sourceRecordId: keeper === null ? sourceRecordId : null, resource: rest }, cut.length), cut };
}

/** The scope of all that is sensitive in a resource, for who seals it whole; null where nothing is. */
export function sensitiveScopeOf(resource: FhirResource): string | null {
  const found = findIn(resource);
  return found.whole.any || found.elements.length > 0 ? compositeScope(allOf(found)) : null;
}

/** Of each place by itself: that psychotherapy notes are behavioural health anyway holds of one element, not of its neighbours. */
function allOf({ whole, elements }: FoundIn): ReadonlySet<SensitiveScope> {
  return new Set([whole, ...elements.map(({ findings }) => findings)].flatMap((findings) => [...sensitivitiesOf(findings)]));
}

/** Which members, and which elements of them, go under which scope. */
function placesOf(
  { elements }: FoundIn,
  parsed: FhirResource,
  { home, isPerson, hasNotes }: { home: string | null; isPerson: boolean; hasNotes: boolean },
): Places {
  const members = new Map<string, string>();
  const items = new Map<string, Map<number, string>>();
  for (const { member, index, findings } of elements) {
    const own = items.get(member) ?? new Map<number, string>();
    items.set(member, own.set(index, compositeScope(sensitivitiesOf(findings))));
  }
  for (const [member, own] of items) {
    const list = parsed[member];
    // Of an array of which nothing would be left the whole member goes: FHIR knows no empty array.
    if (isJsonArray(list) && own.size === list.length) {
      members.set(member, compositeScope(elements.filter((one) => one.member === member).flatMap(({ findings }) => [...sensitivitiesOf(findings)])));
    }
  }
  if (isPerson) members.set('identifier', (items.has('identifier') ? home : null) ?? 'identifiers');
  if (hasNotes || isPerson || home !== null) {
    const fallback = isPerson ? 'identifiers' : 'provider-notes';
    for (const member of FREE_TEXT) if (parsed[member] !== undefined) members.set(member, home ?? (member === 'note' ? 'provider-notes' : fallback));
  }
  if (home !== null) for (const member of SUMMARIES) if (parsed[member] !== undefined) members.set(member, home);
  for (const member of members.keys()) items.delete(member);
  if (home === null) return { members, items, texts: new Map() };
  const texts = new Map(SUMMARY_TEXTS.filter((member) => hasWords(parsed[member])).map((member) => [member, home]));
  return bounded({ members, items, texts }, home);
}

/** A concept without a code is nothing but its words: without them it would be empty, and nobody would know what the rest is about. */
function hasWords(concept: JsonValue | undefined): boolean {
  return isJsonObject(concept) && concept['text'] !== undefined && concept['coding'] !== undefined;
}

function bounded({ members, items, texts }: Places, home: string): Places {
  const scopes = new Set([...members.values(), ...[...items.values()].flatMap((own) => [...own.values()])]);
  if (scopes.size <= SCOPES_AT_MOST) return { members, items, texts };
  return {
    texts,
    members: new Map([...members.keys()].map((member) => [member, home])),
    items: new Map([...items].map(([member, own]) => [member, new Map([...own.keys()].map((index) => [index, home]))])),
  };
}
