import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { FhirResource } from '../../domain/identity/resource.js';
import { type KnownPerson, knownOf, NOBODY_KNOWN } from '../../domain/scanning/known-person.js';
import { distinctLabels, type Label, type LabelledText, labelsOf } from './labelled.js';

export const DATA = '../shared/data';

export function textOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

interface Note {
  readonly subject: { readonly reference: string };
  readonly date: string;
  readonly context?: { readonly period?: { readonly start?: string } };
  readonly content: readonly { readonly attachment: { readonly data: string } }[];
}

/** Synthea's notes, whose names, dates and ages are those of the structured patient. Only patients whose id the form fits. */
export function syntheaNotes(ids: RegExp): LabelledText[] {
  const folder = `${DATA}/synthea/bulk-ndjson-10-patients`;
  const lines = (type: string) => textOf(`${folder}/${type}.000.ndjson.gz`).trim().split('\n');
  const patients = new Map(
    lines('Patient')
      .map((line) => JSON.parse(line) as FhirResource & { id: string; birthDate: string })
      .map((patient) => [patient.id, patient]),
  );
  return lines('DocumentReference')
    .map((line) => JSON.parse(line) as Note)
    .flatMap((note) => {
      const patient = patients.get(note.subject.reference.slice('Patient/'.length));
      if (patient === undefined || !ids.test(patient.id)) return [];
      const text = Buffer.from(note.content[0]?.attachment.data ?? '', 'base64').toString('utf8');
      const known = knownOf(patient);
      const days = [note.date, note.context?.period?.start ?? ''].map((time) => time.slice(0, 10));
      return [
        {
          text,
          known,
          labels: distinctLabels([
            ...nameLabels(text, known),
            ...days.flatMap((day) => labelsOf(text, 'date', day)),
            ...ageLabels(text, patient.birthDate, days),
          ]),
        },
      ];
    });
}

function nameLabels(text: string, { names }: KnownPerson): Label[] {
  return names.flatMap(({ given, family }) => [...given, family ?? '']).flatMap((name) => labelsOf(text, 'name', name));
}

function ageLabels(text: string, birthDate: string, days: readonly string[]): Label[] {
  const ages = new Set(
    days.filter((day) => day !== '').map((day) => Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (day.slice(5) < birthDate.slice(5) ? 1 : 0)),
  );
  return [...ages].filter((age) => age > 89).flatMap((age) => labelsOf(text, 'age-over-89', `${age} year`));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };
const plain = (xml: string): string =>
  xml
    .replace(/<(?:td|th|br|paragraph|item|tr|caption|title)\b[^>]*>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string | undefined) =>
      code === undefined ? (ENTITIES[name ?? ''] ?? ' ') : String.fromCodePoint(Number(code)),
    );

function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^<]{1,200})</${name}>`, 'g'))].map((match) => plain(match[1] ?? '').trim());
}

/** Narratives of C-CDA documents. Labels are the values of the header and of the entries, wherever the narrative repeats them. */
export function ccdaNarratives(folder: string): LabelledText[] {
  return readdirSync(`${DATA}/ccda/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.xml(?:\.gz)?$/.test(name))
    .flatMap((name) => {
      const xml = textOf(`${DATA}/ccda/${folder}/${name}`).replace(/<!--[\s\S]*?-->/g, '');
      const text = [...xml.matchAll(/<text(?:\s[^>]*)?>([\s\S]*?)<\/text>/g)]
        .map((match) => match[1] ?? '')
        .filter((body) => !/representation="B64"/.test(body) && !/^[A-Za-z\d+/=\s]{2000,}$/.test(body))
        .map(plain)
        .join('\n\n');
      return text.trim() === '' ? [] : [{ text, known: headerOf(xml), labels: ccdaLabels(text, xml) }];
    });
}

/** What the record of this patient says: the record target alone, as a ledger would know it. */
function headerOf(xml: string): KnownPerson {
  const [target = ''] = /<recordTarget[\s\S]*?<\/recordTarget>/.exec(xml) ?? [];
  if (target === '') return NOBODY_KNOWN;
  const birth = /<birthTime value="(\d{4})(\d\d)(\d\d)/.exec(target);
  return {
    names: elements(target, 'family').map((family) => ({ given: elements(target, 'given'), family })),
    identifiers: [...target.matchAll(/<id [^>]*extension="([^"]+)"/g)].map((match) => ({ type: 'id' as const, value: match[1] ?? '' })),
    dates: birth === null ? [] : [`${birth[1]}-${birth[2]}-${birth[3]}`],
    phones: [...target.matchAll(/value="tel:([^"]+)"/g)].map((match) => match[1] ?? ''),
    addresses: elements(target, 'streetAddressLine').map((line) => ({
      lines: [line],
      city: elements(target, 'city')[0] ?? null,
      postalCode: elements(target, 'postalCode')[0] ?? null,
    })),
    emails: [...target.matchAll(/value="mailto:([^"]+)"/g)].map((match) => match[1] ?? ''),
  };
}

/** Words of a name with a capital; those of one or two letters stand everywhere. Test documents call people `Nurse` and `Renal`: such labels are wrong where the word is meant. */
function ccdaLabels(text: string, xml: string): Label[] {
  const names = ['given', 'family'].flatMap((part) => elements(xml, part)).filter((name) => name.length > 2);
  const days = new Set([...xml.matchAll(/ value="((?:19|20)\d{6})/g)].map((match) => match[1] ?? ''));
  return distinctLabels([
    ...[...new Set(names)].flatMap((name) => capitals(text, labelsOf(text, 'name', name))),
    ...[...days].flatMap((day) => dateSpellings(day)).flatMap((spelling) => labelsOf(text, 'date', spelling)),
    ...[...new Set(elements(xml, 'streetAddressLine'))].flatMap((line) => labelsOf(text, 'address', line)),
    ...[...new Set([...xml.matchAll(/value="tel:([^"]+)"/g)].map((match) => match[1] ?? ''))].flatMap((phone) =>
      labelsOf(text, 'phone', phone.replace(/^\+1/, '')),
    ),
  ]);
}

const capitals = (text: string, labels: readonly Label[]): Label[] => labels.filter(({ start }) => /\p{Lu}/u.test(text.charAt(start)));

/** Notes and textual results of HL7 v2 messages; labels are the names of the message's people. */
export function hl7Notes(folders: RegExp): LabelledText[] {
  return readdirSync(`${DATA}/hl7v2`, { recursive: true, encoding: 'utf8' })
    .filter((name) => folders.test(name) && name.endsWith('.hl7'))
    .flatMap((name) => {
      const segments = textOf(`${DATA}/hl7v2/${name}`)
        .split(/[\r\n]+/)
        .map((segment) => segment.split('|'));
      const text = segments
        .flatMap((fields) => (fields[0] === 'NTE' ? [fields[3] ?? ''] : fields[0] === 'OBX' && /^(TX|FT|ST)$/.test(fields[2] ?? '') ? [fields[5] ?? ''] : []))
        .join('\n');
      if (text.trim() === '') return [];
      const pid = segments.find((fields) => fields[0] === 'PID') ?? [];
      const [family = '', given = ''] = (pid[5] ?? '').split('^');
      const others = segments.flatMap((fields) =>
        fields[0] === 'NK1' ? [fields[2] ?? ''] : fields[0] === 'PV1' ? [(fields[7] ?? '').split('^').slice(1).join('^')] : [],
      );
      const words = [pid[5] ?? '', ...others].flatMap((one) => one.split('^').slice(0, 2)).filter((word) => word.length > 2);
      const identifiers = (pid[3] ?? '').split('~').map((one) => ({ type: 'mrn' as const, value: one.split('^')[0] ?? '' }));
      const numbers = identifiers.filter(({ value }) => value.length > 3).flatMap(({ value }) => labelsOf(text, 'mrn', value));
      const labels = distinctLabels([...numbers, ...[...new Set(words)].flatMap((word) => capitals(text, labelsOf(text, 'name', word)))]);
      return [{ text, labels, known: { ...NOBODY_KNOWN, names: [{ given: [given], family }], identifiers } }];
    });
}

export function dateSpellings(day: string): string[] {
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)];
  const name = new Date(`${year}-${month}-${date}T00:00:00Z`).toLocaleString('en-US', { month: 'long', timeZone: 'UTC' });
  const [m, d] = [String(Number(month)), String(Number(date))];
  const words = [name, name.slice(0, 3)].flatMap((written) => [
    `${written} ${d}, ${year}`,
    `${written} ${date}, ${year}`,
    `${d} ${written} ${year}`,
    `${date}-${written}-${year}`,
    `${written} ${d} ${year}`,
  ]);
  return [
    `${year}-${month}-${date}`,
    `${month}/${date}/${year}`,
    `${m}/${d}/${year}`,
    `${month}-${date}-${year}`,
    `${year}/${month}/${date}`,
    day,
    `${m}/${d}/${year.slice(2)}`,
    ...words,
  ];
}
