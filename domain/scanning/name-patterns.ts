import { type Groups, type Judgement, judgement, type Pattern } from './pattern.js';

/** A word as names are written; a hyphen or an apostrophe may join two. Written out in every expression, since each is one text. */
const WORD = "\\p{Lu}[\\p{L}'-]{1,30}";
const INITIAL = '\\p{Lu}\\.?';
const GAP = '[ \\t]{1,2}';
const NAME = `(?:\\p{Lu}\\.${GAP})?${WORD}(?:${GAP}(?:${WORD}|${INITIAL}(?![\\p{L}\\d]))){0,3}`;
const LISTED = `${WORD},${GAP}${WORD}(?:${GAP}${INITIAL}(?![\\p{L}\\d]))?`;
const INITIALED = `(?:\\p{Lu}\\.[ \\t]?){1,2}${WORD}`;
const FULL_NAME = `(?:\\p{Lu}\\.${GAP}){0,2}${WORD}(?:${GAP}${INITIAL})?(?:${GAP}(?:van|von|de|del|der|la|bin|al|ten)){0,2}${GAP}${WORD}(?:${GAP}(?:Jr|Sr|II|III|IV)\\b\\.?)?`;

/** Words that stand with a capital where a name could, in headings and at the beginning of sentences. */
const NO_NAMES = new Set(
  (
    'the an and or of in on at to for with without from by is was are were be been has had have having no not none denies denied reports reported states stated presents presented ' +
    'presenting will would may can could should does did do education instructions instruction active problem problems list information name names care portal history medical record ' +
    'records number id identifier safety status summary visit notes note encounter goals goal date dates time birth age sex gender address phone location diagnosis diagnoses medication ' +
    'medications allergies allergy results result plan plans assessment test tests procedure procedures admission discharge transfer consent responsibility satisfaction demographics ' +
    'data type types class contact contacts emergency relationship relative relatives family social he she they his her their this that these those who whom which when where while after ' +
    'before during until since if then also unknown other patient patients provider providers physician physicians doctor doctors nurse nurses hospital clinic center centre department ' +
    'unit practice office health healthcare system service services group associates university general community medicine surgery surgical cardiology oncology radiology laboratory lab ' +
    'pathology emergency primary secondary chief attending resident referring requesting ordering performing supervising admitting consulting signed electronically monday tuesday ' +
    'wednesday thursday friday saturday sunday january february march april june july august september october november december today yesterday tomorrow normal abnormal positive ' +
    'negative left right both mild moderate severe acute chronic currently continues continue complains complained agrees agreed understands understood verbalized refuses refused ' +
    'tolerated ambulated received given advised instructed seen follow followup self individual observation intake output centered reported-outcome home insurance financial advocate ' +
    'mr mrs ms mx miss ssn mrn dob npi tel fax dr sir madam prof years year old male female man woman boy girl hispanic asian'
  ).split(' '),
);

/** The words at the start of a text that was taken for a name which really may be one. */
function leadingName(text: string): { length: number; words: number } {
  let length = 0;
  let words = 0;
  for (const match of text.matchAll(/[^ \t]+/g)) {
    if (NO_NAMES.has(match[0].toLowerCase().replace(/[.',]/g, ''))) break;
    length = match.index + match[0].length;
    words++;
  }
  return { length: text.charAt(length - 1) === ',' ? length - 1 : length, words };
}

/** A name of at least so many words, cut where it stops being one. */
function named(wordsAtLeast: number, rule: string): (value: string) => Judgement | null {
  return (value) => {
    const { length, words } = leadingName(value);
    return words < wordsAtLeast ? null : { ...judgement('name', 'likely', rule), length };
  };
}

const flags = 'gu';
const start = "(?<![\\p{L}\\d'-])";
const relatives =
  '[Mm]other|[Ff]ather|[Ww]ife|[Hh]usband|[Ss]on|[Dd]aughter|[Bb]rother|[Ss]ister|[Ss]pouse|[Pp]artner|[Aa]unt|[Uu]ncle|[Gg]uardian|[Ff]riend|[Nn]eighbou?r|[Cc]aregiver|[Nn]iece|[Nn]ephew|[Gg]randson|[Gg]randdaughter|[Gg]randmother|[Gg]randfather|[Bb]oyfriend|[Gg]irlfriend|[Ff]ianc[eé]e?';

/** Names that nobody told us, found by what stands beside them. No list of names: it would be long, and know only some people's. */
export const NAME_PATTERNS: readonly Pattern[] = [
  {
    expression: new RegExp(`${start}(?:(?:Mr|Mrs|Ms|Mx|MR|MRS|Sr|Sra|Mme)\\.?|MS\\.|Miss|Herr|Frau)${GAP}(?<value>${NAME})`, flags),
    judge: named(1, 'name-after-title'),
  },
  { expression: new RegExp(`${start}(?:Dr|DR|Doctor|Prof|Professor|Nurse)\\.?${GAP}(?<value>${NAME})`, flags), judge: named(1, 'name-after-doctor') },
  {
    expression: new RegExp(
      `${start}(?<name>${FULL_NAME}),? (?:M\\.?D|D\\.?O|R\\.?N|NP|PA(?:-C)?|Ph\\.?D|DDS|DMD|PharmD|LPN|FNP|CNM|MBBS|FRCP|LCSW|DPM)(?![\\p{L}\\d])`,
      flags,
    ),
    judge: (_, match) => named(2, 'name-before-degree')((match.groups as Groups & { readonly name: string }).name),
  },
  {
    expression: new RegExp(
      `${start}(?:[Pp]atient|PATIENT|[Pp]t|PT|[Cc]lient|[Rr]esident)(?:'s)?(?:,| is|:)? (?<value>${LISTED}|${FULL_NAME}|${INITIALED})`,
      flags,
    ),
    judge: named(2, 'name-of-patient'),
  },
  {
    expression: new RegExp(
      `${start}(?:(?:[Pp]atient|PATIENT|[Ll]egal|[Ff]ull|[Ll]ast|[Ff]irst|[Mm]iddle|[Mm]aiden|[Ff]amily|[Gg]iven|[Ss]ur|[Nn]ick)[ -]?)?(?:[Nn]ames?|NAME)(?:'s)?(?: is|:| :|=)[ \\t]{0,4}(?<value>${LISTED}|${NAME})`,
      flags,
    ),
    judge: named(1, 'name-after-label'),
  },
  { expression: new RegExp(`${start}(?:named|called|known as|a\\.?k\\.?a\\.?|n[eé]e) (?<value>${NAME})`, flags), judge: named(1, 'name-after-label') },
  { expression: new RegExp(`${start}(?:${relatives})(?:,| is|:)? (?<value>${NAME})`, flags), judge: named(1, 'name-of-relative') },
  {
    expression: new RegExp(
      `${start}(?:[Ss]igned|[Dd]ictated|[Tt]ranscribed|[Rr]eferred|[Rr]eviewed|[Aa]ccompanied|[Aa]uthored|[Aa]uthenticated|[Vv]erified|[Ee]ntered|[Pp]erformed|[Oo]rdered|[Ii]nterpreted|[Ss]een|[Gg]iven) by:?[ \\t]{1,3}(?<value>${LISTED}|${FULL_NAME}|${INITIALED})`,
      flags,
    ),
    judge: named(2, 'name-of-signer'),
  },
  {
    expression: new RegExp(
      `${start}(?:Attending|Provider|Physician|Surgeon|Author|Radiologist|Pathologist|PCP|Informant|Contact):[ \\t]{0,3}(?<value>${LISTED}|${FULL_NAME}|${INITIALED})`,
      flags,
    ),
    judge: named(2, 'name-of-signer'),
  },
  {
    expression: new RegExp(
      `${start}(?:[Ss]poke|[Ss]poken|[Tt]alked|[Dd]iscussed|[Mm]et|[Cc]onferred|[Ll]ives|[Rr]eviewed) with (?:(?:his|her|their) [a-z]{1,12} )?(?<value>${LISTED}|${FULL_NAME}|${INITIALED})`,
      flags,
    ),
    judge: named(2, 'name-in-conversation'),
  },
  { expression: new RegExp(`${start}Dear (?<value>${NAME})`, flags), judge: named(1, 'name-in-greeting') },
  /** HL7 v2 XPN: family^given. */
  {
    expression: /(?<![\p{L}\d^])\p{Lu}[\p{L}'-]{1,30}\^\p{Lu}[\p{L}'-]{1,30}(?:\^[\p{L}'.-]{0,30}){1,3}(?![\p{L}\d])/gu,
    judge: () => judgement('name', 'possible', 'name-in-hl7'),
  },
];
