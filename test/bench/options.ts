import { parseArgs } from 'node:util';

export const BENCHES = [
  'commands',
  'bulk',
  'reads',
  'decide',
  'seal',
  'records',
  'rotate',
  'erase',
  'scan',
  'lag',
  'rebuild',
  'start',
  'resolve',
  'big-patient',
  'duplicates',
  'designation-change',
] as const;
export type BenchName = (typeof BENCHES)[number];

export interface BenchOptions {
  readonly names: readonly BenchName[];
  readonly json: boolean;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  readonly patients: number;
  /** How many events the log of `rebuild` and `start` has. */
  readonly events: number;
  readonly profileFolder: string | undefined;
}

export const USAGE = `npm run bench [-- NAME …] [--json] [--seconds S] [--warm-up S] [--connections N] [--patients N] [--events N] [--profile FOLDER]
Names: ${BENCHES.join(', ')}; all when none is given.`;

/** Throws with words when they cannot be read. */
export function readOptions(args: string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      patients: { type: 'string', default: '500' },
      events: { type: 'string', default: '100000' },
      profile: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !(BENCHES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`There is no bench ${unknown}.`);
  return {
    names: positionals.length === 0 ? BENCHES : (positionals as BenchName[]),
    json: values.json,
    seconds: positive('seconds', values.seconds),
    warmUpSeconds: positive('warm-up', values['warm-up']),
    connections: positive('connections', values.connections),
    patients: positive('patients', values.patients),
    events: positive('events', values.events),
    profileFolder: values.profile,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0.`);
  return value;
}
