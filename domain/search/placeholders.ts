/**
 * What is written where a value is demanded and none is known. It is not indexed: thousands may share it, and it finds nobody.
 */
const NO_NAME = new Set(
  'unknown unk unkn none null nil test tester testing patient anonymous anon noname nolastname nofirstname nfn fnu lnu nmn nmi na refused declined'.split(' '),
);

/** Programs' first and last days. A birthday that real people have is none of them. */
const NO_DATE = /^(0001|1753-01-01|1800-01-01|1899-12-3[01]|1900-01-01|1901-01-01|9999|2999)/;

const NO_IDENTIFIER = /^(0+|9+|X+|1234567890?|UNKNOWN|UNK|NONE|NULL|NIL|NA|N\/A|TEST|PENDING|TBD)$/;

export const isNoName = (text: string): boolean => text === '' || NO_NAME.has(text) || /^(.)\1{2,}$/u.test(text);

export const isNoDate = (date: string): boolean => NO_DATE.test(date);

/** Of the value in its normal form, without the system. One digit five times or more is nobody's: 111-11-1111. */
export const isNoIdentifier = (value: string): boolean => value === '' || NO_IDENTIFIER.test(value) || /^(\d)\1{4,}$/.test(value);

/** An E.164 number whose national digits are all one, or count up or down. */
export const isNoPhone = (number: string): boolean => /(\d)\1{6,}$/.test(number) || ['01234567890', '9876543210'].some((row) => row.includes(number.slice(-7)));
