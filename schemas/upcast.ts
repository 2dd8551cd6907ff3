import { EVENTS, type EventType } from './catalogue.js';

/** One step: data of `(type, version)` to `(type, version + 1)`. It may rename, move or set `null`; it never invents a clinical value. */
export type UpcastStep = (event: Record<string, unknown>) => Record<string, unknown>;

/** Steps by `type@version`. Published versions stay for ever, so a step is never removed. */
export const UPCASTS: Readonly<Record<string, UpcastStep>> = {
  'patient-registered@1': withUnstatedNames,
  'demographics-updated@1': withUnstatedNames,
  'fact-recorded@1': withUnstatedNames,
  'fact-corrected@1': (event) => withData(withUnstatedNames(event), { approval: null }),
  'system-of-record-designated@1': (event) => {
    const { scope } = event['data'] as { scope: object };
    return withData(event, { scope: { patientId: null, codes: null, organization: null, ...scope }, effectiveTo: null, approval: null });
  },
  'patient-registered@2': asItWas,
  'demographics-updated@2': asItWas,
  'fact-recorded@2': asItWas,
  'fact-corrected@2': asItWas,
  'system-of-record-designated@2': asItWas,
  'change-proposed@1': asItWas,
  'input-quarantined@1': asItWas,
  'input-quarantined@2': (event) => withData(event, { sealedUnder: 'tenant' }),
  'erasure-ordered@1': (event) => withData(event, { quarantine: null }),
  'patient-erased@1': (event) => withData(event, { quarantine: null }),
  'key-rotation-ordered@1': (event) => withData(event, { activatesAt: null }),
  'amendment-accepted@1': asItWas,
  'amendment-denied@1': asItWas,
  'amendment-disagreed@1': asItWas,
  'amendment-extended@1': asItWas,
  'amendment-rebutted@1': asItWas,
  'amendment-requested@1': asItWas,
};

/** The version after allows more forms of sealed parts, and asks nothing more. */
function asItWas(event: Record<string, unknown>): Record<string, unknown> {
  return event;
}

function withData(event: Record<string, unknown>, more: object): Record<string, unknown> {
  return { ...event, data: { ...(event['data'] as object), ...more } };
}

/** Version 1 gave statements no precision, codes, claims or standing: they are not known, and nothing is inferred. Its `value` has in it what later ones have in `codes`. */
function withUnstatedNames(event: Record<string, unknown>): Record<string, unknown> {
  const { statements } = event['data'] as { statements: readonly object[] };
  const unstated = { part: null, precision: [], codes: [], ranges: [], asserts: [], contradicts: [], standing: null };
  return withData(event, { statements: statements.map((statement) => ({ ...unstated, ...statement })) });
}

export function newestVersion(type: EventType): number {
  return EVENTS[type].properties.version.const;
}

/**
 * Brings a stored event to its newest version, one step at a time.
 * Returns `undefined` when a step is missing or the event is newer than this program knows: the caller must stop, not guess.
 */
export function upcast(
  event: Record<string, unknown>,
  type: EventType,
  steps: Readonly<Record<string, UpcastStep>> = UPCASTS,
  newest: number = newestVersion(type),
): Record<string, unknown> | undefined {
  let current = event;
  const written = event['version'];
  if (typeof written !== 'number') return undefined;
  let version = written;
  while (version < newest) {
    const step = steps[`${type}@${version}`];
    if (step === undefined) return undefined;
    version += 1;
    current = { ...step(current), version };
  }
  return version === newest ? current : undefined;
}
