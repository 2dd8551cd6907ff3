import type { Clock } from '../commands/ports.js';

/** The machine's clock, which never goes back within a process: a step of the clock may stop time, not turn it. */
export function systemClock(nowMs: () => number = Date.now): Clock {
  let lastMs = 0;
  let text = '';
  return {
    now: () => {
      const now = nowMs();
      if (now > lastMs || text === '') {
        lastMs = Math.max(now, lastMs);
        text = new Date(lastMs).toISOString();
      }
      return text;
    },
  };
}

/** Resolves after the time, or at once when aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
