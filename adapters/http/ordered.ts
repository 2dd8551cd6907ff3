import { once } from 'node:events';
import { PassThrough } from 'node:stream';

interface Slot {
  readonly text: Promise<string>;
  settled: string | null;
}

/** After so long other requests get their turn: a chunk of input holds many lines, and all of them could be worked on in one go. */
const TURN_AT_MOST_MS = 10;

/**
 * Works on many inputs at once and writes the answers in the order of the inputs. At most `atOnce` are under way or
 * waiting to be written: a slow reader of answers stops the reading of inputs.
 */
export function answersInOrder<Input>(inputs: AsyncIterable<Input>, atOnce: number, work: (input: Input) => Promise<string>): PassThrough {
  const out = new PassThrough();
  const slots: Slot[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  const ring = () => wake?.();

  const take = async () => {
    let beganMs = performance.now();
    for await (const input of inputs) {
      if (out.destroyed) break;
      if (performance.now() - beganMs > TURN_AT_MOST_MS) {
        await new Promise(setImmediate);
        beganMs = performance.now();
      }
      const slot: Slot = { text: work(input), settled: null };
      // A fault is met where the answers are written, in its turn.
      slot.text.then(
        (text) => (slot.settled = text),
        () => undefined,
      );
      slots.push(slot);
      ring();
      while (slots.length >= atOnce && !out.destroyed) await changed();
    }
    ended = true;
    ring();
  };

  const give = async () => {
    for (;;) {
      const [first] = slots;
      if (first === undefined) {
        if (ended) break;
        await changed();
        continue;
      }
      let text = await first.text;
      slots.shift();
      // What has settled behind the first goes out with it: one write for many answers.
      while (typeof slots[0]?.settled === 'string') text += slots.shift()?.settled ?? '';
      ring();
      if (!out.write(text)) await Promise.race([once(out, 'drain'), once(out, 'close')]);
      if (out.destroyed) return;
    }
    out.end();
  };

  out.once('close', ring);
  Promise.all([take(), give()]).catch((fault) => out.destroy(fault as Error));
  return out;
}
