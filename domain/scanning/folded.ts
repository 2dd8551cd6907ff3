/** Text in the spelling that rules look at, and the way back to the places of the text as it was written. */
export interface Folded {
  /** Without accents, ligatures, wide forms, invisible characters; one kind of dash, blank and apostrophe; case kept. */
  readonly text: string;
  /** The same in lower case, of the same length: the one letter whose lower case is longer (İ) is taken apart. */
  readonly lower: string;
  /** Where in the original the character at this place begins. */
  startOf(at: number): number;
  /** Where in the original the character before this place ends, with the accents that follow it. */
  endOf(at: number): number;
}

const ONLY_ASCII = /^[\0-\x7f]*$/;
/** Letters that Unicode does not take apart. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
/** Where the digits of other scripts begin. Wide digits are taken apart by Unicode itself. */
const ZEROS = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810];
/** Ligatures of letters have three at most. One sign of Arabic spells a whole sentence: such stay as they are. */
const LETTERS_OF_ONE_AT_MOST = 3;

/** Costs time and memory in proportion to the text, whatever is in it. */
export function fold(text: string): Folded {
  if (ONLY_ASCII.test(text)) return { text, lower: text.toLowerCase(), startOf: (at) => at, endOf: (at) => at };
  const spelled = new Map<number, string>();
  const starts = new Uint32Array(text.length * LETTERS_OF_ONE_AT_MOST + 1);
  const pieces: string[] = [];
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const end = endOfAscii(text, at);
    if (end > at) {
      pieces.push(text.slice(at, end));
      while (at < end) starts[length++] = at++;
      continue;
    }
    const code = text.codePointAt(at) as number;
    let piece = spelled.get(code);
    if (piece === undefined) spelled.set(code, (piece = spell(String.fromCodePoint(code))));
    for (let n = 0; n < piece.length; n++) starts[length++] = at;
    pieces.push(piece);
    at += code > 0xffff ? 2 : 1;
  }
  const folded = pieces.join('');
  return {
    text: folded,
    lower: folded.toLowerCase(),
    startOf: (place) => starts[place] as number,
    endOf: (place) => {
      let next = place;
      while (next < length && starts[next] === starts[place - 1]) next++;
      return next < length ? (starts[next] as number) : text.length;
    },
  };
}

function endOfAscii(text: string, from: number): number {
  let end = from;
  while (end < text.length && text.charCodeAt(end) < 128) end++;
  return end;
}

function spell(character: string): string {
  const own = SPELLED[character];
  if (own !== undefined) return own;
  if (/\p{Pd}|\u2212/u.test(character)) return '-';
  if (/\p{Zs}/u.test(character)) return ' ';
  if (/[\u2018\u2019\u02bc\u2032\u00b4]/.test(character)) return "'";
  if (/\p{Cf}|\p{M}/u.test(character)) return '';
  if (/\p{Nd}/u.test(character)) return digitOf(character);
  // Pictures: what lies beyond two bytes and is no letter says nothing, and slows every rule down.
  if (character.length > 1 && !/[\p{L}\p{N}]/u.test(character)) return ' ';
  const apart = character.normalize('NFKD').replace(/\p{M}/gu, '');
  return apart.length > LETTERS_OF_ONE_AT_MOST ? character : apart;
}

function digitOf(character: string): string {
  const code = character.codePointAt(0) as number;
  const zero = ZEROS.find((first) => code >= first && code < first + 10);
  return zero === undefined ? character.normalize('NFKD') : String(code - zero);
}
