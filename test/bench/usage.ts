import { readFileSync } from 'node:fs';

/** What a process uses, read from `/proc`; NaN where there is none. Linux counts CPU in ticks of 10 ms. */
const TICK_MS = 10;

export interface Cpu {
  readonly userMs: number;
  readonly systemMs: number;
  /** Of both, what the main thread used. */
  readonly mainMs: number;
  /** What the whole machine used, and what its host took away meanwhile. */
  readonly machineMs: number;
  readonly stolenMs: number;
  /** What this process used: the load generator. */
  readonly ownMs: number;
  readonly atMs: number;
}

export function cpuOf(pid: number): Cpu {
  const [userMs, systemMs] = ticks(`/proc/${pid}/stat`);
  const [mainUserMs, mainSystemMs] = ticks(`/proc/${pid}/task/${pid}/stat`);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = machineTicks();
  const own = process.cpuUsage();
  return {
    userMs,
    systemMs,
    mainMs: mainUserMs + mainSystemMs,
    machineMs: (user + nice + system + irq + softIrq) * TICK_MS,
    stolenMs: steal * TICK_MS,
    ownMs: (own.user + own.system) / 1000,
    atMs: performance.now(),
  };
}

function machineTicks(): number[] {
  try {
    return (/^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '').split(' ').map(Number);
  } catch {
    return [];
  }
}

function ticks(path: string): [number, number] {
  try {
    const text = readFileSync(path, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [Number(fields[11]) * TICK_MS, Number(fields[12]) * TICK_MS];
  } catch {
    return [Number.NaN, Number.NaN];
  }
}

export function rssMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Watches a process for a while: its CPU between begin and end, its largest RSS. */
export class Watch {
  #begin: Cpu;
  #end: Cpu | null = null;
  #rss = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.#begin = cpuOf(pid);
    this.#timer = setInterval(() => {
      this.#rss = Math.max(this.#rss, rssMiB(pid));
    }, 100);
  }

  begin = (): void => {
    this.#begin = cpuOf(this.pid);
  };

  end = (): void => {
    this.#end = cpuOf(this.pid);
    this.#rss = Math.max(this.#rss, rssMiB(this.pid));
    clearInterval(this.#timer);
  };

  /** Cores busy: 1 is one core wholly used. `noise` is what neither the server nor the load generator used. */
  result(): { user: number; system: number; main: number; others: number; generator: number; noise: number; rssMiB: number } {
    const end = this.#end ?? cpuOf(this.pid);
    const elapsed = end.atMs - this.#begin.atMs;
    const share = (to: number, from: number) => (to - from) / elapsed;
    const main = share(end.mainMs, this.#begin.mainMs);
    const [user, system] = [share(end.userMs, this.#begin.userMs), share(end.systemMs, this.#begin.systemMs)];
    const generator = share(end.ownMs, this.#begin.ownMs);
    const machine = share(end.machineMs + end.stolenMs, this.#begin.machineMs + this.#begin.stolenMs);
    return { user, system, main, others: user + system - main, generator, noise: Math.max(0, machine - user - system - generator), rssMiB: this.#rss };
  }
}
