/**
 * Three-digit ZIP areas of 20,000 people or fewer, which become `000` (45 CFR 164.514(b)(2)(i)(B)): dated data, since the rule
 * speaks of the "currently publicly available data from the Bureau of the Census".
 */
export const RESTRICTED_ZIP3 = {
  source: 'U.S. Census 2000, five-digit ZIP Code Tabulation Areas, as listed by HHS',
  asOf: '2000-04-01',
  prefixes: ['036', '059', '063', '102', '203', '556', '692', '790', '821', '823', '830', '831', '878', '879', '884', '890', '893'],
} as const;

const RESTRICTED: ReadonlySet<string> = new Set(RESTRICTED_ZIP3.prefixes);

const STATES =
  'AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;DC District of Columbia;FL Florida;' +
  'GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;' +
  'MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;' +
  'NJ New Jersey;NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;' +
  'RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;' +
  'WV West Virginia;WI Wisconsin;WY Wyoming;AS American Samoa;GU Guam;MP Northern Mariana Islands;PR Puerto Rico;VI Virgin Islands';

const STATE_CODES = new Map<string, string>(
  STATES.split(';').flatMap((state): [string, string][] => {
    const code = state.slice(0, 2);
    return [
      [code.toLowerCase(), code],
      [state.slice(3).toLowerCase(), code],
    ];
  }),
);

const US = /^(us|usa|united states( of america)?)$/i;

/** The code of a state or territory of the United States; null for any other text: a city may stand where a state should. */
export function stateOf(text: string): string | null {
  return STATE_CODES.get(text.trim().toLowerCase()) ?? null;
}

/** The country's code as ISO 3166 writes it, with `US` for what the United States is called; null for other text. */
export function countryOf(text: string): string | null {
  const tidy = text.trim();
  if (US.test(tidy)) return 'US';
  return /^[A-Z]{2,3}$/.test(tidy) ? tidy : null;
}

/** The first three digits of a US ZIP code, `000` where few people live there; null for anything else. */
export function zip3Of(text: string): string | null {
  if (!/^\d{5}(?:-?\d{4})?$/.test(text)) return null;
  const prefix = text.slice(0, 3);
  return RESTRICTED.has(prefix) ? '000' : prefix;
}

/** Whether an address may be one of the United States, whose postal codes alone have a rule here. */
export function isUsCountry(country: unknown): boolean {
  return country === undefined || (typeof country === 'string' && US.test(country.trim()));
}
