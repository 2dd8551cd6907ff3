import { existsSync } from 'node:fs';
import { FINDING_TYPES, type FindingType } from '../../domain/scanning/finding.js';
import { type LabelledText, score } from './labelled.js';
import { planted } from './planted.js';
import { ccdaNarratives, DATA, hl7Notes, syntheaNotes } from './sources.js';

/**
 * Recall and precision of the scanner, by type: `node dist/test/scanning/measure.js [--development] [--show]`. The rules were
 * written with the development set; docs/scanning.md reports the other. `--show` lists what was missed, and findings that lie on no label.
 */
const isDevelopment = process.argv.includes('--development');
const shows = process.argv.includes('--show');
const showsPatterns = process.argv.includes('--show-patterns');
const SEED = isDevelopment ? 1 : 20260501;

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

function table(title: string, texts: readonly LabelledText[], judged: readonly FindingType[]): void {
  const letters = texts.reduce((all, { text }) => all + text.length, 0);
  process.stdout.write(`\n### ${title}: ${texts.length} texts, ${letters} characters\n\n`);
  process.stdout.write(
    '| type | labels | recall, record known | recall, patterns only | precision, record known | precision, patterns only |\n| --- | --- | --- | --- | --- | --- |\n',
  );
  const differing: string[] = [];
  const known = score(texts, 'known', judged, differing);
  const patterns = score(texts, 'patterns', judged, showsPatterns ? differing : []);
  for (const type of FINDING_TYPES) {
    const [a, b] = [known.get(type), patterns.get(type)];
    if (a === undefined && b === undefined) continue;
    const cells = [
      type,
      a?.labels ?? 0,
      percent(a?.covered ?? 0, a?.labels ?? 0),
      percent(b?.covered ?? 0, b?.labels ?? 0),
      judged.includes(type) ? percent(a?.right ?? 0, a?.findings ?? 0) : 'not judged',
      judged.includes(type) ? percent(b?.right ?? 0, b?.findings ?? 0) : 'not judged',
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
  if (shows || showsPatterns) for (const [line, count] of tally(differing)) process.stdout.write(`${count} × ${line}\n`);
}

function tally(lines: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 80);
}

if (!existsSync(DATA)) {
  process.stderr.write(`The texts of the measurement are not in ${DATA}.\n`);
  process.exit(1);
}
const narratives = ccdaNarratives(isDevelopment ? 'hl7-c-cda-examples' : 'ms-fhir-converter');
table('Synthea notes', syntheaNotes(isDevelopment ? /^[1a]/ : /^[^1a]/), FINDING_TYPES);
table('C-CDA narratives', narratives, FINDING_TYPES);
table('HL7 v2 notes and textual results', hl7Notes(isDevelopment ? /^cdc-/ : /^(ms|linux)/), FINDING_TYPES);
table('Identifiers of invented people planted into C-CDA narratives', planted(narratives, SEED, isDevelopment ? 2 : 40), []);
