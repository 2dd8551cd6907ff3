import type { Found, Identifier } from './found.js';

/** How a command names its patient: by our id, by a business identifier, or not at all. */
export type PatientName = { readonly patientId: string } | { readonly identifier: Identifier } | null;

type Name = 'register-patient' | 'update-demographics' | 'record-fact';

const LINE_BREAK = /[\r\n]+[ \t\r\n]*/g;

/**
 * The body of a command. The resource goes in as text, so that every token stays as the source wrote it (`7.0` stays `7.0`).
 * Only line breaks and the indentation behind them go, which JSON has nowhere but between tokens: a line is one line.
 */
export function bodyOf(found: Found, patient: PatientName): string {
  if (found.form === 'unreadable') return JSON.stringify(found.text);
  const text = found.text.replace(LINE_BREAK, '');
  // Neither is a command: they are sent to be refused and kept, with the reason.
  if (found.form === 'entry') return `{"entry":${text}}`;
  const members = {
    ...patient,
    ...(found.recordId === null ? {} : { sourceRecordId: found.recordId }),
    ...(found.version === null ? {} : { sourceVersion: found.version }),
  };
  const head = JSON.stringify(members).slice(1, -1);
  return `{${head}${head === '' ? '' : ','}"resource":${text}}`;
}

export function lineOf(command: Name, body: string): string {
  return `{"command":"${command}","body":${body}}\n`;
}
