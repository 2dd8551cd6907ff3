import { type Groups, judgement, type Pattern } from './pattern.js';

/** Kinds of street of USPS Publication 28, appendix C1, that mean nothing else after a number and a name. */
const STREETS =
  'Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Courts|Place|Pl|Terrace|Ter|Circle|Cir|Way|Parkway|Pkwy|Highway|Hwy|Square|Sq|Trail|Trl|Crescent|Cres|Close|Grove|Groves|Mews|Row|Turnpike|Tpke|Plaza|Plz|Alley|Loop|' +
  'Expressway|Freeway|Viaduct|Underpass|Overpass|Causeway|Crossing|Crossroad|Landing|Manor|Meadow|Meadows|Mill|Mills|Estate|Estates|Glen|Glens|Heights|Hollow|Knoll|Knolls|Village|Ville|Station|Route|Ranch|Promenade|Orchard|Vale|Ramp|Canyon|Bypass|Boulevards|Wharf';
/** And those that are words of the clinic or of everyday too: only where more of an address follows. */
const STREETS_AND_WORDS =
  'Lock|Locks|Neck|Dam|Fork|Forks|Rapid|Rapids|Trace|Branch|Common|Commons|Port|Ports|Lodge|Bridge|Brook|Burg|Camp|Cape|Center|Cliff|Cliffs|Club|Corner|Corners|Course|Cove|Creek|Dale|Divide|Extension|Fall|Falls|Ferry|Field|Fields|Flat|Flats|Ford|Forest|' +
  'Forge|Fort|Garden|Gardens|Gateway|Green|Harbor|Haven|Hill|Hills|Inlet|Island|Isle|Junction|Key|Keys|Lake|Lakes|Land|Light|Loaf|Mall|Mission|Motorway|Mount|Mountain|Oval|Park|Parks|Pass|Passage|Path|Pike|Pine|Pines|Plain|Plains|Point|Points|Prairie|Radial|Rest|' +
  'Ridge|River|Roads|Rue|Run|Shoal|Shore|Shores|Skyway|Spring|Springs|Spur|Stravenue|Stream|Summit|Throughway|Track|Trafficway|Tunnel|Union|Unions|Valley|View|Views|Vista|Walk|Wall|Well|Wells';
const STATE_CODES =
  'AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY';
const STATE_NAMES =
  'Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming';
const UNIT = '(?<unit>,? {0,2}(?:Apt|APT|Apartment|Unit|UNIT|Suite|SUITE|Ste|STE|Room|Floor|#)\\.? ?#?[A-Za-z\\d-]{1,6})?';
const SUFFIXES = `(?:(?:${STREETS}|${STREETS.toUpperCase()})|(?<weak>${STREETS_AND_WORDS}|${STREETS_AND_WORDS.toUpperCase()}))`;

/** States whose letters are a word or a degree: with a ZIP code only. */
const WORDS_TOO = /(?:MD|OR|IN|ME|OK|HI|PA|CO|CT|MS|MA|AL|DE)$/;

/** 164.514(b)(2)(i)(B): everything smaller than a state. */
export const ADDRESS_PATTERNS: readonly Pattern[] = [
  {
    expression: new RegExp(
      `(?<![\\w.-])\\d{1,6}[A-Za-z]?,? (?:(?:[A-Z][A-Za-z'.-]{0,30}|\\d{1,3}(?:st|nd|rd|th)) ){1,4}${SUFFIXES}\\b(?:\\.| [NSEW]\\b)?${UNIT}(?<rest>,? {0,2}\\n?[A-Z][A-Za-z' .-]{1,30}, ?(?:${STATE_CODES}|${STATE_NAMES})\\b)?`,
      'g',
    ),
    judge: (_, match) => {
      const { weak, unit, rest } = match.groups as Groups;
      if (rest !== undefined) return judgement('address', 'certain', 'street-address');
      return weak !== undefined && unit === undefined ? null : judgement('address', 'likely', 'street-address');
    },
  },
  {
    expression:
      /(?<!\w)(?:[Aa]ddress|ADDRESS|[Ll]ives at|[Rr]esid(?:es|ing) at|[Ll]iving at|[Mm]oved to|[Hh]ome is)[: ]{1,3}(?<value>\d{1,6}[A-Za-z]?(?: [A-Z][A-Za-z'.-]{0,30}){1,4})/g,
    judge: () => judgement('address', 'likely', 'address-after-label'),
  },
  { expression: /(?<!\w)(?:P\.? ?O\.? ?Box|PO BOX|Post Office Box)[ #]{1,2}\d{1,6}/g, judge: () => judgement('address', 'certain', 'post-office-box') },
  {
    expression: new RegExp(
      `(?<![\\w'-])(?<city>[A-Z][A-Za-z'.-]{1,24}(?: [A-Z][A-Za-z'.-]{1,24}){0,2}), ?(?:(?:${STATE_NAMES})\\b|(?:${STATE_CODES})(?![\\w'-]))(?<zip>,? {1,2}\\d{5}(?:-\\d{4})?(?![\\w-]))?`,
      'g',
    ),
    judge: (value, match) => {
      if (match.groups?.['zip'] !== undefined) return judgement('address', 'certain', 'city-and-state');
      return WORDS_TOO.test(value) ? null : judgement('address', 'possible', 'city-and-state');
    },
  },
  {
    expression: new RegExp(`(?<!\\w)(?:${STATE_CODES}|${STATE_NAMES}),? {1,2}(?<value>\\d{5}(?:-\\d{4})?)(?![\\w.-])`, 'g'),
    judge: () => judgement('zip', 'likely', 'zip-after-state'),
  },
  {
    expression: /(?<!\w)(?:zip(?: ?code)?|post(?:al)? ?code)[ :#=]{1,3}(?<value>\d{5}(?:-\d{4})?|[A-Z]\w{1,3} ?\w{3})(?![\w.-])/gi,
    judge: () => judgement('zip', 'certain', 'zip-after-label'),
  },
  { expression: /(?<![\w-])[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?![\w-])/g, judge: () => judgement('zip', 'likely', 'postcode-british') },
];
