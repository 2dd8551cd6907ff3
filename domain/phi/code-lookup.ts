import type { CodeRule } from '../../schemas/phi/code-rule.js';
import { CODE_RULES } from '../../schemas/phi/code-rules.js';
import { canonicalSystem } from '../identity/systems.js';

/** By system, then by code: built once, since every coding of every resource is looked up. */
const BY_CODE = new Map<string, Map<string, CodeRule>>();
const BY_START = new Map<string, Map<string, CodeRule>>();

/** Systems of which every code is sensitive, and displays that say so of a code that is in no list. */
const BY_SYSTEM = new Map<string, CodeRule>();
const BY_DISPLAY = new Map<string, DisplayRule>();

interface DisplayRule {
  readonly says: RegExp;
  readonly rule: CodeRule;
}

for (const rule of CODE_RULES) {
  for (const { system, codes } of rule.codes) for (const code of codes) put(BY_CODE, system, code, rule);
  for (const { system, starts } of rule.starts ?? []) for (const start of starts) put(BY_START, system, start, rule);
  for (const system of rule.systems ?? []) BY_SYSTEM.set(system.toLowerCase(), rule);
  for (const { system, says } of rule.displays ?? []) BY_DISPLAY.set(system, { says: new RegExp(says, 'i'), rule });
}

const LENGTHS = [...new Set([...BY_START.values()].flatMap((starts) => [...starts.keys()].map(({ length }) => length)))].sort((left, right) => right - left);

function put(table: Map<string, Map<string, CodeRule>>, system: string, code: string, rule: CodeRule): void {
  const own = table.get(system) ?? new Map<string, CodeRule>();
  table.set(system, own);
  // A code that two rules name keeps the first: rules that name one code agree on its scope, a test holds that.
  if (!own.has(code)) own.set(code, rule);
}

interface Tables {
  readonly codes: ReadonlyMap<string, CodeRule> | undefined;
  readonly starts: ReadonlyMap<string, CodeRule> | undefined;
  readonly all: CodeRule | undefined;
  readonly display: DisplayRule | undefined;
}

/** By system as it was written. Sources write few systems; should one make them up, what is known is thrown away. */
const KNOWN = new Map<string, Tables>();
const KNOWN_AT_MOST = 1000;

function tablesOf(written: string): Tables {
  const known = KNOWN.get(written);
  if (known !== undefined) return known;
  // A version after a bar (`http://loinc.org|2.72`) says which edition, not another system.
  const plain = written.replace(/\|.*$/s, '').trim();
  const system = SPELLINGS.get(plain) ?? canonicalSystem(plain);
  if (KNOWN.size >= KNOWN_AT_MOST) KNOWN.clear();
  const all = BY_SYSTEM.get(
    system
      .toLowerCase()
      .replace(/^https:/, 'http:')
      .replace(/\/$/, ''),
  );
  const tables = { codes: BY_CODE.get(system), starts: BY_START.get(system), all, display: BY_DISPLAY.get(system) };
  KNOWN.set(written, tables);
  return tables;
}

/** The rule that makes a code sensitive, if one does: its list, the longest known beginning of it, its system, its display. */
export function sensitiveRuleOf(system: string, written: string, shown: unknown = null): CodeRule | undefined {
  const { codes, starts, all, display } = tablesOf(system);
  if (codes === undefined && starts === undefined) return all;
  const code = written.trim();
  const listed = codes?.get(code) ?? (starts === undefined ? undefined : byStart(starts, code));
  if (listed !== undefined || display === undefined || typeof shown !== 'string') return listed;
  return display.says.test(shown) ? display.rule : undefined;
}

function byStart(starts: ReadonlyMap<string, CodeRule>, code: string): CodeRule | undefined {
  const plain = code.toUpperCase().replaceAll('.', '');
  for (const length of LENGTHS) {
    const rule = plain.length >= length ? starts.get(plain.slice(0, length)) : undefined;
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/** Security labels as older FHIR versions and v3 name their systems. */
const SPELLINGS = new Map([
  ['http://hl7.org/fhir/v3/ActCode', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'],
  ['urn:oid:2.16.840.1.113883.5.4', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'],
  ['http://hl7.org/fhir/v2/0074', 'http://terminology.hl7.org/CodeSystem/v2-0074'],
]);
