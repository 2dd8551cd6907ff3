import type { LineResult } from './bulk-sender.js';
import type { FileFault } from './files.js';

export interface Counts {
  read: number;
  recorded: number;
  alreadyThere: number;
  quarantined: number;
  failed: number;
}

const MEMBER = { recorded: 'recorded', repeated: 'alreadyThere', quarantined: 'quarantined', failed: 'failed' } as const;

/** Counts what was read and what became of it, by resource type, and why things were not recorded. */
export class Tally {
  readonly types = new Map<string, Counts>();
  readonly quarantineReasons = new Map<string, number>();
  readonly failureReasons = new Map<string, number>();
  readonly faults: FileFault[] = [];
  files = 0;
  answered = 0;

  read(type: string): void {
    this.#of(type).read += 1;
  }

  settled(type: string, { kind, code }: LineResult): void {
    this.answered += 1;
    this.#of(type)[MEMBER[kind]] += 1;
    const reasons = kind === 'quarantined' ? this.quarantineReasons : kind === 'failed' ? this.failureReasons : null;
    if (code !== null) reasons?.set(code, (reasons.get(code) ?? 0) + 1);
  }

  sum(): Counts {
    const sum: Counts = { read: 0, recorded: 0, alreadyThere: 0, quarantined: 0, failed: 0 };
    for (const counts of this.types.values()) for (const member of Object.keys(sum) as (keyof Counts)[]) sum[member] += counts[member];
    return sum;
  }

  #of(type: string): Counts {
    const known = this.types.get(type);
    if (known !== undefined) return known;
    const fresh: Counts = { read: 0, recorded: 0, alreadyThere: 0, quarantined: 0, failed: 0 };
    this.types.set(type, fresh);
    return fresh;
  }
}
