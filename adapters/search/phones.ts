import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { PhoneReader } from '../../domain/search/searchable.js';

/** Longer texts hold more than a number, and take long to read. */
const LETTERS_AT_MOST = 64;

/**
 * Reads phone numbers as E.164; one without a country code as it is dialled in `country` (ISO 3166 alpha-2). An extension is no part
 * of it: who shares the switchboard is found by it. Lengths are checked, and not whether the number is in use.
 */
export function phoneReader(country: string): PhoneReader {
  return (text) => {
    if (text.length > LETTERS_AT_MOST) return null;
    const number = parsePhoneNumberFromString(text, country as CountryCode);
    return number?.isPossible() === true ? number.number : null;
  };
}

export const isPhoneCountry = (country: string): boolean => isSupportedCountry(country);
