import { CliProblem } from '../problem.js';
import type { Found } from './found.js';
import type { PatientName } from './lines.js';

const NAMES_AT_MOST = 1_000_000;
const CONDITIONAL = /(?:^|\/)Patient\?identifier=([^|&]+)\|([^&]+)$/;

/** Which patient a reference means. A name that two patients share means nobody. */
export class PatientNames {
  readonly #ids = new Map<string, string | null>();

  /** `beyond`: names from outside this bundle, for references that it leaves open. */
  constructor(private readonly beyond: PatientNames | null = null) {}

  add(names: readonly string[], patientId: string | null): void {
    for (const name of names) this.#ids.set(name, this.#ids.has(name) && this.#ids.get(name) !== patientId ? null : patientId);
    if (this.#ids.size > NAMES_AT_MOST) throw new CliProblem('These files hold more patients than one run can keep apart. Load them in several runs.');
  }

  find(reference: string): string | null {
    const name = reference.replace(/\/_history\/[^/]+$/, '');
    return this.#ids.get(name) ?? (this.#ids.has(name) ? null : (this.beyond?.find(reference) ?? null));
  }
}

/**
 * The patient that a resource belongs to: the one it refers to, or, if its kind is about nobody, the bundle's only one, so
 * that references to it can be followed within the record. Null when neither is known: then it waits in the quarantine.
 */
export function patientOf(found: Found, names: PatientNames, only: string | null): PatientName {
  if (found.patient === null) return found.isShared && only !== null ? { patientId: only } : null;
  const patientId = names.find(found.patient);
  if (patientId !== null) return { patientId };
  const [, system, value] = CONDITIONAL.exec(found.patient) ?? [];
  const identifier = system === undefined || value === undefined ? null : decoded(system, value);
  return identifier === null ? null : { identifier };
}

function decoded(system: string, value: string) {
  try {
    return { system: decodeURIComponent(system), value: decodeURIComponent(value) };
  } catch {
    return null;
  }
}
