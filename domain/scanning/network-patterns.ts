import { before, judgement, type Pattern, type Seen } from './pattern.js';

const LOCAL_AT_MOST = 64;
const DOMAIN_AT_MOST = 253;
/** `@a.io` */
const DOMAIN_AT_LEAST = 5;
const LOCAL = /[\p{L}\p{N}._%+'-]/u;
const DOMAIN = /[\p{L}\p{N}.-]/u;

/** Looked for from each `@` outward: a pattern that begins with the name would try every letter of a long word. */
export function emailsIn(text: string): Seen[] {
  const seen: Seen[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < LOCAL_AT_MOST && LOCAL.test(text.charAt(start - 1))) start--;
    let end = at + 1;
    while (end < text.length && end - at <= DOMAIN_AT_MOST && DOMAIN.test(text.charAt(end))) end++;
    while (end > at && /[.-]/.test(text.charAt(end - 1))) end--;
    const isAddress = start < at && end - at >= DOMAIN_AT_LEAST && /^[^.-][^@]*\.\p{L}[\p{L}\d-]{1,62}$/u.test(text.slice(at + 1, end));
    if (isAddress) seen.push({ start, end, ...judgement('email', 'certain', 'email') });
  }
  return seen;
}

export const NETWORK_PATTERNS: readonly Pattern[] = [
  { expression: /(?<![\p{L}\d])(?:https?|ftp):\/\/[^\s<>"']{3,2048}/giu, judge: () => judgement('url', 'certain', 'url') },
  { expression: /(?<![\w.])www\.[^\s<>"']{3,253}/gi, judge: () => judgement('url', 'certain', 'url') },
  {
    expression: /(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-])(?!\.\d)/g,
    judge: (value, match, text) => {
      const isVersion = /(?:v|version|release|build) ?$/i.test(before(match, text, 8));
      return isVersion || value.split('.').some((part) => Number(part) > 255) ? null : judgement('ip', 'likely', 'ip-v4');
    },
  },
  {
    expression: /(?<![\w:.])[\da-f:]{4,39}(?![\w:])/gi,
    judge: (value) => {
      const groups = value.split(':');
      if (groups.length === 6 && groups.every((group) => group.length === 2)) return judgement('device', 'certain', 'mac-address');
      const compressed = value.split('::').length === 2;
      const fits = groups.every((group) => group.length <= 4) && (compressed ? groups.length >= 4 && groups.length <= 8 : groups.length === 8);
      return fits && !value.includes(':::') ? judgement('ip', 'certain', 'ip-v6') : null;
    },
  },
];
