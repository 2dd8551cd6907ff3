import { type CountryCode, findPhoneNumbersInText } from 'libphonenumber-js';
import type { FindPhones } from '../../domain/scanning/scan.js';

/**
 * Of a longer text the rest is not looked through for numbers of foreign plans: the library tries many readings of each
 * number, and a hostile text would hold the thread. The rules of `domain/scanning` see the whole text all the same.
 */
const LETTERS_AT_MOST = 20_000;
/** With fewer there is no number of any plan, and the library costs more than all rules together. */
const ENOUGH_DIGITS = /(?:\d\D*){6}/;
/** Runs of digits and separators beyond this are tables, in which the library would look for a number at every place. */
const RUN_OF_DIGITS = /(?:\d[\d ().,/-]{60})/;

/** Telephone numbers by the numbering plans of the world; numbers without a country code are read as those of `country`. */
export function phoneFinder(country: CountryCode = 'US'): FindPhones {
  return (text) => {
    const looked = text.slice(0, LETTERS_AT_MOST);
    if (!ENOUGH_DIGITS.test(looked) || RUN_OF_DIGITS.test(looked)) return [];
    return findPhoneNumbersInText(looked, { defaultCountry: country }).map(({ startsAt, endsAt }) => ({ start: startsAt, end: endsAt }));
  };
}
