import { knownOf } from '../../domain/scanning/known-person.js';
import { scanner } from '../../domain/scanning/scan.js';
import { PATIENT } from '../domain/scanning/finding.js';
import { perSecond } from './conditions.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';

const NOTE_BYTES = 4096;
const NOTE = `Chief complaint: cough. Mrs. Okonkwo called (617) 555-0188 on 11/23/2026. BP 120/80, glucose 98.6 mg/dL, metformin 500 mg oral tablet.
Robert O'Brien-Müller is a 46 year-old male with a history of hypertension (disorder), seen 2026-11-20. MRN 00445566. No known allergies.
The following procedures were conducted: depression screening (procedure), medication reconciliation (procedure), assessment of health needs.\n`;
/** Texts that cost a careless pattern the square of their length, and more. */
const HOSTILE: Readonly<Record<string, string>> = {
  'one letter': 'a',
  'digits and dashes': '1-',
  'at signs': 'a@',
  capitals: 'A ',
  'accented letters': 'é',
  titles: 'Dr ',
};

/** Identifiers in free text: notes of usual length, and a megabyte of each kind of hostile text. */
export async function benchScan(options: BenchOptions, report: Report): Promise<void> {
  report.begin('scan', `notes of ${NOTE_BYTES} B with identifiers of a known patient; hostile texts of 1 MiB; one thread, in process`);
  const scan = scanner(knownOf(PATIENT));
  const note = NOTE.repeat(Math.ceil(NOTE_BYTES / NOTE.length)).slice(0, NOTE_BYTES);
  const rate = perSecond(options.seconds * 200, () => scan(note));
  report.figure('notes scanned', rate, '/s');
  report.figure('text scanned', (rate * NOTE_BYTES) / 2 ** 20, 'MiB/s');
  for (const [kind, piece] of Object.entries(HOSTILE)) {
    const text = piece.repeat(Math.floor(2 ** 20 / piece.length));
    const times = Array.from({ length: 3 }, () => {
      const began = performance.now();
      scan(text);
      return performance.now() - began;
    });
    report.figure(`1 MiB of ${kind}, median of three`, times.sort((a, b) => a - b)[1] ?? 0, 'ms');
  }
}
