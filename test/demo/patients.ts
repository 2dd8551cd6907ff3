import { readFileSync } from 'node:fs';
import { packageRoot } from '../../adapters/package-root.js';

/** The sample bundles, one a source system; all people in them are made up. */
export const BUNDLES: readonly (readonly [source: string, file: string])[] = [
  ['hospital-ehr', 'hospital-ehr.json'],
  ['hospital-ehr', 'second-patient.json'],
  ['pharmacy', 'pharmacy.json'],
  ['clinic', 'clinic.json'],
];

export function bundlePath(file: string): string {
  return new URL(`test/fixtures/demo/${file}`, packageRoot()).pathname;
}

/** What the sample patients have that nobody may find in the stores: their names, numbers, dates and diagnoses. */
export function secretsOf(): string[] {
  const secrets = new Set<string>();
  const look = (value: unknown, member: string) => {
    if (Array.isArray(value)) for (const item of value) look(item, member);
    else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) look(inner, name);
    else if (typeof value === 'string' && ['family', 'given', 'birthDate', 'display', 'fullUrl'].includes(member)) secrets.add(value);
    else if (typeof value === 'string' && member === 'value') secrets.add(value);
  };
  for (const [, file] of BUNDLES) look(JSON.parse(readFileSync(bundlePath(file), 'utf8')), '');
  return [...secrets].filter((text) => text.length > 4);
}
