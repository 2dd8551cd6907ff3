import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Command } from 'commander';
import { isFhirResource } from '../../domain/identity/resource.js';
import type { JsonValue } from '../../domain/json/json-value.js';
import { CERTAINTIES, type Certainty, type Finding, isAtLeast } from '../../domain/scanning/finding.js';
import { type KnownPerson, knownOf, knownTogether } from '../../domain/scanning/known-person.js';
import { type ScanText, scanner } from '../../domain/scanning/scan.js';
import { DocumentProblem, type PlacedText, readDocument } from '../scanning/documents.js';
import { phoneFinder } from '../scanning/phones.js';
import { CliProblem } from './problem.js';

interface ScanOptions {
  readonly json?: true;
  readonly known: readonly string[];
  readonly atLeast: string;
  readonly fail?: true;
}

/** Where and what, never the value. */
interface Line {
  readonly file: string;
  readonly place: string;
  readonly type: string;
  readonly certainty: string;
  readonly rule: string;
  readonly length: number;
}

export function addScan(program: Command): void {
  program
    .command('scan')
    .description('Report identifiers of people in texts, FHIR JSON and NDJSON (.gz too), by type and place; values are never printed.')
    .argument('<file...>', 'what to scan')
    .option('--known <file>', 'a FHIR R4 Patient whose names, numbers, dates and addresses are looked for; may be given again', collect, [])
    .option('--at-least <certainty>', `report findings that are at least ${CERTAINTIES.join(', ')}`, 'possible')
    .option('--fail', 'exit 1 when anything is reported')
    .option('--json', 'one JSON object a line')
    .action(async (files: string[], options: ScanOptions) => {
      const least = CERTAINTIES.find((certainty) => certainty === options.atLeast);
      if (least === undefined) throw new CliProblem(`--at-least is one of ${CERTAINTIES.join(', ')}.`);
      const scan = scanner(knownTogether(options.known.map(knownIn)), phoneFinder());
      process.stdout.once('error', whenNobodyReads(options.fail === true ? 1 : 0));
      const counts = new Map<string, number>();
      for (const file of files) {
        for (const line of scanFile(file, scan, least)) {
          counts.set(line.type, (counts.get(line.type) ?? 0) + 1);
          process.stdout.write(options.json === true ? `${JSON.stringify(line)}\n` : `${wordsOf(line)}\n`);
        }
        // That nobody reads any more is heard of between files alone.
        await turn();
      }
      process.stderr.write(`${summary(counts)}\n`);
      if (options.fail === true && counts.size > 0) throw new CliProblem('Identifiers were found.');
    });
}

/** `scan … | head` ends the reading, and so the work. What was written are findings, so that `--fail` fails all the same. */
function whenNobodyReads(exitCode: number): (fault: NodeJS.ErrnoException) => void {
  return (fault) => {
    if (fault.code === 'EPIPE') process.exit(exitCode);
    throw fault;
  };
}

function collect(one: string, others: readonly string[]): readonly string[] {
  return [...others, one];
}

function knownIn(path: string): KnownPerson {
  try {
    const resource = JSON.parse(readFileSync(path, 'utf8')) as JsonValue;
    if (isFhirResource(resource) && resource.resourceType === 'Patient') return knownOf(resource);
  } catch {
    // The same words for a file that is missing, cut or none of JSON: what is in it is nobody's business here.
  }
  throw new CliProblem(`${path} is not a FHIR R4 Patient in JSON that can be read.`);
}

function scanFile(file: string, scan: ScanText, least: Certainty): Line[] {
  let texts: PlacedText[];
  try {
    texts = readDocument(file);
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    throw new CliProblem(`${file} cannot be scanned: ${fault instanceof DocumentProblem ? fault.message : code}.`);
  }
  return texts.flatMap((placed) => {
    const within = placed.hasLines ? lineAndColumn(placed.text) : ({ start }: Finding) => `character ${start + 1}`;
    return scan(placed.text)
      .filter(({ certainty }) => isAtLeast(certainty, least))
      .map((finding) => lineOf(file, `${placed.place} ${within(finding)}`.trim(), finding));
  });
}

function lineOf(file: string, place: string, { start, end, type, certainty, rule }: Finding): Line {
  return { file, place, type, certainty, rule, length: end - start };
}

/** For findings in the order of the text: counts on from the last one, so that a large file is counted once. */
function lineAndColumn(text: string): (finding: Finding) => string {
  let line = 1;
  let lineStart = 0;
  return ({ start }) => {
    for (let at = text.indexOf('\n', lineStart); at !== -1 && at < start; at = text.indexOf('\n', lineStart)) {
      line++;
      lineStart = at + 1;
    }
    return `line ${line}, column ${start - lineStart + 1}`;
  };
}

function wordsOf({ file, place, type, certainty, rule, length }: Line): string {
  return `${file}: ${place}: ${type}, ${certainty} (${rule}, ${length} characters)`;
}

function summary(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'Nothing was found that looks like an identifier. That is no proof that there is none.';
  return [...counts].map(([type, count]) => `${type} ${count}`).join(', ');
}
