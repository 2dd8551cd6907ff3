import { type CodeRule, icd, LOINC, OWN, RXNORM, SNOMED, words } from './code-rule.js';
import { GENETICS } from './genetics-rule.js';
import { OPIOIDS } from './opioid-codes.js';
import type { SensitiveScope } from './scopes.js';
import { ACT_CODE, SENSITIVITIES } from './sensitivities.js';

const ASU = 'ASU SHARES rule set (asushares/core at 59b42ea, Apache-2.0), codes with a confidence of at least 0.5';

const stated = (Object.keys(SENSITIVITIES) as SensitiveScope[]).map(
  (scope): CodeRule => ({
    id: `stated-${scope}`,
    scope,
    from: 'a security label of the source, on the resource or inline (HL7 DS4P)',
    codes: [{ system: ACT_CODE, codes: SENSITIVITIES[scope].codes }],
  }),
);

/**
 * The starting set: every rule names where its codes are from. It leans to protecting: an opioid given for pain is labelled like
 * one given for addiction, since the code does not tell them apart.
 */
export const CODE_RULES: readonly CodeRule[] = [
  ...stated,
  { id: 'asu-sud', scope: 'substance-use', from: ASU, codes: [{ system: RXNORM, codes: OPIOIDS.flatMap(([, codes]) => words(codes)) }] },
  { id: 'asu-bh', scope: 'behavioural-health', from: ASU, codes: [{ system: SNOMED, codes: words('13746004 64905009 47505003 35489007 33449004') }] },
  { id: 'asu-gdis', scope: 'genetics', from: ASU, codes: [{ system: SNOMED, codes: words('912201000000104') }] },
  { id: 'asu-sex', scope: 'sexual-reproductive-health', from: ASU, codes: [{ system: LOINC, codes: words('75410-1 75666-8') }] },
  {
    id: 'asu-violence',
    scope: 'violence',
    from: ASU,
    codes: [
      { system: LOINC, codes: words('LA24145-7 LP75346-4') },
      { system: SNOMED, codes: words('10963831000119103 127348004') },
    ],
  },
  {
    id: 'hiv',
    scope: 'hiv',
    from: OWN,
    codes: [
      {
        system: LOINC,
        codes: words(
          '5018-7 5220-9 5223-3 7917-8 7918-6 20447-9 21008-8 25836-8 29893-5 30361-0 31201-7 43009-0 48345-3 55277-8 56888-1 68961-2 75622-1 80387-4',
        ),
      },
      { system: SNOMED, codes: words('31676001 62479008 86406008 165816005 278977008') },
    ],
    starts: icd('B20 B21 B22 B23 B24 B9735 O987 R75 Z114 Z206 Z21 Z717', '042 07953 79571 V08'),
  },
  {
    id: 'substance-use',
    scope: 'substance-use',
    from: OWN,
    codes: [
      {
        system: SNOMED,
        codes: words(
          '7200002 26416006 5602001 55680006 56876005 60112009 61480009 66590003 75544000 191816009 266707007 361055000 713106006 763302001 428211000124100 10939881000119105',
        ),
      },
      { system: LOINC, codes: words('75626-2 82667-7') },
    ],
    starts: icd(
      'F10 F11 F12 F13 F14 F15 F16 F18 F19 G312 K70 K852 O9931 O9932 T40 Z7141 Z7151',
      '291 292 303 304 3050 3052 3053 3054 3055 3056 3057 3058 3059',
    ),
  },
  {
    id: 'behavioural-health',
    scope: 'behavioural-health',
    from: OWN,
    codes: [
      {
        system: SNOMED,
        codes: words(
          '36923009 58214004 75516001 76168009 80583007 171207006 192127007 197480006 228557008 370143000 405783006 710841007 715252007 454711000124102',
        ),
      },
      { system: LOINC, codes: words('28627-8 34785-6 34788-0 34904-3 44249-1 44261-6 55758-7 69737-5 70274-6 78263-1 78306-8 78472-8') },
    ],
    starts: icd(
      'F01 F02 F03 F04 F05 F06 F07 F09 F2 F3 F40 F41 F42 F43 F44 F45 F48 F50 F51 F53 F54 F55 F59 F60 F63 F65 F66 F68 F69 F7 F8 F9 O9934 R4585 Z8659 Z915',
      '290 293 294 295 296 297 298 299 300 301 302 306 307 308 309 31',
    ),
  },
  {
    id: 'sexual-reproductive-health',
    scope: 'sexual-reproductive-health',
    from: OWN,
    codes: [
      {
        system: SNOMED,
        codes: words('5880005 10383002 46706006 65200003 169553002 183996000 301807007 386394001 714812005 755621000000101'),
      },
      { system: LOINC, codes: words('76690-7') },
    ],
    starts: icd('A50 A51 A52 A53 A54 A55 A56 A57 A58 A59 A60 A63 A64 F52 F64 O04 O07 Z113 Z30 Z332 Z640 Z725', '09 635 V25'),
  },
  GENETICS,
  {
    id: 'violence',
    scope: 'violence',
    from: OWN,
    codes: [
      { system: SNOMED, codes: words('424393004 706893006 866148006') },
      { system: LOINC, codes: words('76504-0') },
    ],
    starts: icd('O9A3 O9A4 T74 T76 Y07 Z0441 Z6281 Z69 Z9141', '9955 99580 99581 99582 99583 99584 99585'),
  },
];
