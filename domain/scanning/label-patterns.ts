import type { Certainty, FindingType } from './finding.js';
import { type Groups, judgement, onlyDigits, type Pattern } from './pattern.js';

/** What stands before a number that has no form of its own. A label that is also a word of the clinic has to be followed by `#`, `no` or the like. */
const LABELS: readonly (readonly [words: string, type: FindingType, certainty: Certainty])[] = [
  ['mrn|mr|med(?:ical)? rec(?:ord)?|medical record|hospital|chart|unit|patient id|pat id|mpi|empi|pid', 'mrn', 'certain'],
  ['ssn|social security|soc sec', 'ssn', 'certain'],
  ['account|acct|a/c|invoice|claim|bill|visit|encounter|csn|fin|har|guarantor', 'account', 'likely'],
  ['member|policy|subscriber|insurance|medicaid|medicare|beneficiary|health plan|hicn|group', 'health-plan', 'likely'],
  ["licen[cs]e|driver'?s licen[cs]e|dl|passport|certificate|national id|tax id|itin|cpr|nino|ni", 'licence', 'likely'],
  ['serial|s/n|sn|udi|device|implant|lot|pacemaker', 'device', 'likely'],
  ['licen[cs]e plate|plate|registration|vehicle|vin', 'vehicle', 'likely'],
  ['accession|specimen|order|requisition|study|case|prescription|rx', 'id', 'possible'],
];

/** These say enough alone; the others need `number`, `no`, `#`, `id` between themselves and the value. */
const ALONE =
  /^(?:mrn|empi|mpi|pid|ssn|social security|soc sec|acct|csn|hicn|patient id|pat id|s\/n|udi|vin|itin|nino|tax id|national id|passport|medical record)$/i;
const SORTED: readonly { readonly form: RegExp; readonly type: FindingType; readonly certainty: Certainty }[] = LABELS.map(([words, type, certainty]) => ({
  form: new RegExp(`^(?:${words})$`, 'i'),
  type,
  certainty,
}));
const ALL = LABELS.map(([words]) => words).join('|');

/** Digits a number must have to name somebody: fewer count things. */
const DIGITS_AT_LEAST = 4;

export const LABEL_PATTERNS: readonly Pattern[] = [
  {
    expression: new RegExp(
      `(?<![\\w/])(?<label>${ALL})(?<sign> ?(?:number|num|nr|no|id|#)\\b\\.?| ?#)?[ \\t.:#=]{0,4}(?:is )?(?<value>[A-Z\\d](?:[-./]?[A-Z\\d]){3,30})(?![\\w])`,
      'gi',
    ),
    judge: (value, match) => {
      const { label, sign } = match.groups as Groups & { readonly label: string };
      if (sign === undefined && !ALONE.test(label)) return null;
      if (onlyDigits(value).length < DIGITS_AT_LEAST || /^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}$/.test(value)) return null;
      const { type, certainty } = SORTED.find(({ form }) => form.test(label)) as (typeof SORTED)[number];
      return judgement(type, certainty, `${type}-after-label`);
    },
  },
];
