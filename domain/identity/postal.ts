/** USPS Publication 28, appendices B and C1, as far as they are common: how streets are abbreviated. */
const SHORT: ReadonlyMap<string, string> = new Map(
  (
    'alley=aly avenue=ave av=ave boulevard=blvd circle=cir court=ct crescent=cres drive=dr expressway=expy freeway=fwy highway=hwy ' +
    'lane=ln parkway=pkwy place=pl plaza=plz road=rd square=sq street=st str=st terrace=ter trail=trl turnpike=tpke north=n south=s ' +
    'east=e west=w northeast=ne northwest=nw southeast=se southwest=sw apartment=apt building=bldg department=dept floor=fl ' +
    'room=rm suite=ste saint=st mount=mt fort=ft'
  )
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
);
const UNITED_STATES = new Set(['us', 'usa', 'united states', 'united states of america']);
const ZIP_PLUS_4 = /^(\d{5})-?\d{4}$/;

/** Without accents, case, full stops and commas: how a name was typed says nothing of whose it is. */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[.,]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

export const foldedLine = (text: string): string =>
  folded(text)
    .split(' ')
    .map((word) => SHORT.get(word) ?? word)
    .join(' ');

export const foldedCountry = (text: string): string => (UNITED_STATES.has(folded(text)) ? 'us' : folded(text));

/** A ZIP code without its last four digits, which follow from the address. */
export const foldedPostalCode = (text: string): string => ZIP_PLUS_4.exec(text.trim())?.[1] ?? folded(text).replace(/ /g, '');

const DIALLED = new Set(['phone', 'fax', 'sms', 'pager']);
/** Letters may be an extension ("x12") or a vanity number: then the text stays as it is. */
const ONLY_PUNCTUATED = /^[+\d\s().\-/]+$/;
const NORTH_AMERICAN = /^1?([2-9]\d{9})$/;

/**
 * A telephone number as E.164, an e-mail address in lower case. Ten digits without a country are taken for a number of the
 * North American plan; other national numbers stay national, since nobody says of which nation.
 */
export function foldedContact(system: string, value: string): string {
  const text = value.normalize('NFC').trim();
  if (system === 'email') return text.toLowerCase();
  if (!DIALLED.has(system) || !ONLY_PUNCTUATED.test(text)) return text;
  const digits = text.replace(/^\s*00/, '+').replace(/[^+\d]/g, '');
  const national = NORTH_AMERICAN.exec(digits);
  return national === null ? digits : `+1${national[1] ?? ''}`;
}
