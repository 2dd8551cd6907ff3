import type { Lineage } from '../../projections/reading/lineage.js';

type Attributes = Readonly<Record<string, unknown>>;
type Section = Record<string, Attributes>;

const qualified = (name: string): Attributes => ({ $: name, type: 'xsd:QName' });

/** The sections of PROV-JSON (W3C member submission, 24 April 2013) that lineage needs. */
class Document {
  readonly entity: Section = {};
  readonly activity: Section = {};
  readonly agent: Section = {};
  readonly wasGeneratedBy: Section = {};
  readonly used: Section = {};
  readonly wasDerivedFrom: Section = {};
  readonly wasAttributedTo: Section = {};
  readonly wasAssociatedWith: Section = {};
  readonly wasInvalidatedBy: Section = {};
  #relations = 0;

  /** Relations have no name of their own. */
  relate(section: Section, attributes: Attributes): void {
    this.#relations += 1;
    section[`_:r${this.#relations}`] = attributes;
  }
}

const PREFIX = {
  fact: 'urn:clinical-ledger:fact:',
  statement: 'urn:clinical-ledger:statement:',
  event: 'urn:uuid:',
  source: 'urn:clinical-ledger:source:',
  subject: 'urn:clinical-ledger:subject:',
  resolution: 'urn:clinical-ledger:resolution:',
  ledger: 'urn:clinical-ledger:term:',
};

const LEDGER = 'ledger:clinical-ledger';

/**
 * Lineage as W3C PROV: values and statements are entities, events and resolutions activities, sources and stewards agents. A
 * value is derived from the statement that won (its primary source), and what was resolved used every statement there was.
 */
export function provJson(lineages: readonly Lineage[]): string {
  const document = new Document();
  document.agent[LEDGER] = { 'prov:type': qualified('prov:SoftwareAgent') };
  for (const lineage of lineages) addFact(document, lineage);
  const sections = Object.entries(document).filter(([, section]) => Object.keys(section as Section).length > 0);
  return JSON.stringify({ prefix: PREFIX, ...Object.fromEntries(sections) });
}

function addFact(document: Document, lineage: Lineage): void {
  const { factId, category, element, resourceType, rule, state, value, alternatives, assertions, settlements, takenBackBy } = lineage;
  const [fact, resolution] = [`fact:${factId}`, `resolution:${factId}`];
  document.entity[fact] = {
    'prov:type': qualified('ledger:Fact'),
    'ledger:category': category,
    ...(element === null ? {} : { 'ledger:element': element }),
    'ledger:resourceType': resourceType,
    'ledger:state': state,
  };
  document.activity[resolution] = { 'prov:type': qualified('ledger:Resolution'), 'ledger:rule': rule.name, 'ledger:because': rule.because };
  for (const assertion of assertions) addAssertion(document, factId, assertion);
  for (const statement of [value, ...alternatives]) {
    const standing = statement === value ? 'value' : statement.outranked ? 'outranked' : statement.agrees ? 'agrees' : 'differs';
    document.relate(document.used, { 'prov:activity': resolution, 'prov:entity': nameOf(factId, statement), 'prov:role': standing });
  }
  document.relate(document.wasGeneratedBy, { 'prov:entity': fact, 'prov:activity': resolution });
  document.relate(document.wasDerivedFrom, {
    'prov:generatedEntity': fact,
    'prov:usedEntity': nameOf(factId, value),
    'prov:type': qualified('prov:PrimarySource'),
  });
  document.relate(document.wasAttributedTo, { 'prov:entity': fact, 'prov:agent': `source:${value.source}` });
  document.relate(document.wasAssociatedWith, { 'prov:activity': resolution, 'prov:agent': LEDGER, ...planOf(document, rule.designation) });
  for (const settlement of settlements) addSettlement(document, resolution, settlement);
  for (const { source } of takenBackBy) document.agent[`source:${source}`] = SOURCE;
}

const SOURCE = { 'prov:type': qualified('prov:SoftwareAgent') };

/** The designation in force is the plan by which it was resolved. */
function planOf(document: Document, designation: Lineage['rule']['designation']): Attributes {
  if (designation === null) return {};
  const plan = `event:${designation.eventId}`;
  document.entity[plan] = { 'prov:type': qualified('prov:Plan'), 'ledger:words': designation.words, 'ledger:revision': designation.revision };
  return { 'prov:plan': plan };
}

function addAssertion(document: Document, factId: string, { source, live, past, retraction }: Lineage['assertions'][number]): void {
  document.agent[`source:${source}`] = SOURCE;
  const versions = [...past, ...live];
  for (const version of versions) {
    const [entity, activity] = [nameOf(factId, version), `event:${version.eventId}`];
    document.entity[entity] = { 'prov:type': qualified('ledger:Statement'), 'ledger:position': version.position };
    document.activity[activity] = activityAt(version.recordedAt, version.eventType);
    document.relate(document.wasGeneratedBy, { 'prov:entity': entity, 'prov:activity': activity, 'prov:time': version.recordedAt });
    document.relate(document.wasAttributedTo, { 'prov:entity': entity, 'prov:agent': `source:${source}` });
    document.relate(document.wasAssociatedWith, { 'prov:activity': activity, 'prov:agent': `source:${source}` });
  }
  const last = past.at(-1);
  // One live version took the place of the last one before it; of several, none can be said to have.
  if (last !== undefined && live.length === 1 && live[0] !== undefined) {
    document.relate(document.wasDerivedFrom, {
      'prov:generatedEntity': nameOf(factId, live[0]),
      'prov:usedEntity': nameOf(factId, last),
      'prov:type': qualified('prov:Revision'),
    });
  }
  if (retraction !== null) document.activity[`event:${retraction.eventId}`] = activityAt(retraction.recordedAt, retraction.eventType);
  for (const version of past) {
    const by = retraction !== null && version === last && live.length === 0 ? { 'prov:activity': `event:${retraction.eventId}` } : {};
    document.relate(document.wasInvalidatedBy, { 'prov:entity': nameOf(factId, version), ...by });
  }
}

function addSettlement(
  document: Document,
  resolution: string,
  { settlement, subject, decision, recordedAt, reason, inForce }: Lineage['settlements'][number],
): void {
  const [activity, agent] = [`event:${settlement}`, `subject:${subject}`];
  document.agent[agent] = { 'prov:type': qualified('prov:Person') };
  document.activity[activity] = { ...activityAt(recordedAt, 'conflict-settled'), 'ledger:decision': decision, 'ledger:reason': reason };
  document.relate(document.wasAssociatedWith, { 'prov:activity': activity, 'prov:agent': agent });
  if (inForce === true) document.relate(document.wasAssociatedWith, { 'prov:activity': resolution, 'prov:agent': agent });
}

function activityAt(recordedAt: string, eventType: string): Attributes {
  return { 'prov:startTime': recordedAt, 'prov:endTime': recordedAt, 'prov:type': qualified(`ledger:${eventType}`) };
}

/** One event may speak of several facts: the statement is what it says of this one. */
function nameOf(factId: string, { eventId }: { readonly eventId: string }): string {
  return `statement:${factId}/${eventId}`;
}
