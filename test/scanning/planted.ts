import type { FindingType } from '../../domain/scanning/finding.js';
import { NOBODY_KNOWN } from '../../domain/scanning/known-person.js';
import type { Label, LabelledText } from './labelled.js';
import { DATA, dateSpellings, textOf } from './sources.js';

/** The same numbers on every run: a linear congruential generator. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Row = Readonly<Record<string, string>>;

/** Synthea's invented people, without the digits that it puts behind names. */
function people(): Row[] {
  const [head = '', ...lines] = textOf(`${DATA}/synthea/csv-28-patients/patients.csv.gz`).trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, at) => [name, (cells[at] ?? '').replace(/(?<=[\p{L}'])\d+$/u, '')]));
  });
}

const digits = (random: (below: number) => number, count: number) => Array.from({ length: count }, () => random(10)).join('');

function withCheck(body: string, passes: (digits: string) => boolean): string {
  return Array.from({ length: 10 }, (_, check) => `${body}${check}`).find(passes) ?? body;
}

/** Written for the measurement, from the standards' own words, and not with the rules of the product. */
function luhn(number: string): boolean {
  const sum = [...number]
    .reverse()
    .reduce((all, digit, at) => all + [...String(Number(digit) * (at % 2 === 0 ? 1 : 2))].reduce((of, one) => of + Number(one), 0), 0);
  return sum % 10 === 0;
}
const weighed = (number: string): boolean => [...number].reduce((all, digit, at) => all + Number(digit) * (10 - at), 0) % 11 === 0;

type Plant = readonly [before: string, value: string, after: string, type: FindingType];

/** As notes have them: with a label and without, run together, in capitals, in a sentence and in a line of a form. */
function plantsOf(row: Row, random: (below: number) => number): Plant[] {
  const { FIRST: first = '', LAST: last = '', ADDRESS: street = '', CITY: city = '', ZIP: zip = '02139', BIRTHDATE: born = '' } = row;
  const one = <T>(of: readonly T[]): T => of[random(of.length)] as T;
  const area = `${1 + random(6)}${digits(random, 1)}${1 + random(9)}`;
  const ssn = [area, `${1 + random(9)}${digits(random, 1)}`, `${1 + random(9)}${digits(random, 3)}`];
  const phone = [`${2 + random(7)}0${2 + random(8)}`, `${2 + random(7)}5${random(10)}`, digits(random, 4)];
  const mrn = `${1 + random(9)}${digits(random, 6)}`;
  const day = born.replaceAll('-', '');
  const card = withCheck(`4${digits(random, 14)}`, luhn);
  const npi = withCheck(`1${digits(random, 8)}`, (number) => luhn(`80840${number}`));
  let nhs = '';
  while (nhs.length < 10) nhs = withCheck(`4${digits(random, 8)}`, weighed);
  const name = one([`${first} ${last}`, `${last}, ${first}`, `${first.charAt(0)}. ${last}`, last, `${first} ${last}`.toUpperCase()]);
  const place = `${street}, ${city}, MA ${zip === '' ? '02139' : zip}`;
  return [
    [
      one(['Patient ', 'Mr. ', 'Mrs. ', 'Spoke with ', 'Pt: ', 'Name: ', 'Discussed with ', 'Seen today: ', 'His brother ', 'Referred by Dr. ']),
      name,
      one([' today', '.', ' agrees.', ' was seen']),
      'name',
    ],
    [one(['SSN ', 'SSN: ', 'social security number ', '', 'on file ']), one([ssn.join('-'), ssn.join(' '), ssn.join('-')]), '.', 'ssn'],
    [
      one(['MRN ', 'MRN: ', 'MR# ', 'Medical record number ', 'chart no. ', 'Hospital number ', 'record ']),
      one([mrn, `E${mrn}`, `${mrn.slice(0, 3)}-${mrn.slice(3)}`]),
      ' ',
      'mrn',
    ],
    [
      one(['call ', 'Tel. ', 'reached at ', '', 'cell ', 'Fax: ']),
      one([phone.join('-'), `(${phone[0]}) ${phone[1]}-${phone[2]}`, phone.join('.'), `+1 ${phone.join(' ')}`, phone.join('')]),
      ' ',
      'phone',
    ],
    [one(['e-mail ', '', 'write to ']), one([`${first}.${last}@example.org`, `${last}${digits(random, 2)}@mail.example.com`]).toLowerCase(), '.', 'email'],
    [one(['DOB ', 'born ', 'seen ', '', 'since ']), one(dateSpellings(day === '' ? '19800507' : day)), ' ', 'date'],
    [one(['card ', 'paid with ', '']), one([card, card.replace(/(\d{4})(?=\d)/g, '$1 ')]), ' ', 'card'],
    [one(['NPI ', 'NPI: ', '']), npi, ' ', 'npi'],
    [one(['NHS number ', 'NHS no: ', '']), one([nhs, `${nhs.slice(0, 3)} ${nhs.slice(3, 6)} ${nhs.slice(6)}`]), ' ', 'nhs'],
    [one(['lives at ', 'Address: ', 'moved to ', '']), one([place, street]), '.', 'address'],
    [one(['is a ', 'age ', '']), one(['92 year', '97-year', '90 yo', '101 y/o']), one([' old woman', '-old man', ' female']), 'age-over-89'],
    [one(['see ', '']), one(['https://portal.example.org/p/', 'http://example.com/?patient=']) + mrn, ' ', 'url'],
  ];
}

/** Each note gets the identifiers of one invented person, one a line, at places drawn by lot. What the note itself names is left out of the count. */
export function planted(notes: readonly LabelledText[], seed: number, rounds: number): LabelledText[] {
  const random = seeded(seed);
  const rows = people();
  return Array.from({ length: rounds }, (_, round) =>
    notes.map((note, at) => plantInto(note.text, rows[(round * notes.length + at) % rows.length] as Row, random)),
  ).flat();
}

function plantInto(note: string, row: Row, random: (below: number) => number): LabelledText {
  const lines = note
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 60);
  const plants = plantsOf(row, random);
  for (const plant of plants) lines.splice(random(lines.length + 1), 0, JSON.stringify(plant));
  let text = '';
  const labels: Label[] = [];
  for (const line of lines) {
    const plant = plants.find((one) => JSON.stringify(one) === line);
    if (plant !== undefined) labels.push({ start: text.length + plant[0].length, end: text.length + plant[0].length + plant[1].length, type: plant[3] });
    text += `${plant === undefined ? line : plant.slice(0, 3).join('')}\n`;
  }
  const value = (type: FindingType) => plants.filter((plant) => plant[3] === type).map((plant) => plant[1]);
  const known = {
    ...NOBODY_KNOWN,
    names: [{ given: [row['FIRST'] ?? ''], family: row['LAST'] ?? '' }],
    identifiers: (['ssn', 'mrn', 'nhs'] as const).flatMap((type) => value(type).map((one) => ({ type, value: one }))),
    dates: [row['BIRTHDATE'] ?? ''],
    phones: value('phone'),
    addresses: [{ lines: [row['ADDRESS'] ?? ''], city: row['CITY'] ?? null, postalCode: row['ZIP'] ?? null }],
    emails: value('email'),
  };
  return { text, labels, known };
}
