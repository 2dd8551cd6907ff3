import type { Finding } from '../scanning/finding.js';

/** The text with each finding replaced by its kind, as in `[name] called from [phone]`. Findings are in order and do not overlap. */
export function scrubbed(text: string, findings: readonly Pick<Finding, 'start' | 'end' | 'type'>[]): string {
  let from = 0;
  let out = '';
  for (const { start, end, type } of findings) {
    out += `${text.slice(from, start)}[${type}]`;
    from = end;
  }
  return out + text.slice(from);
}
