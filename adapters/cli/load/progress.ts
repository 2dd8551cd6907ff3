import cliProgress from 'cli-progress';
import type { Tally } from './tally.js';

export interface Progress {
  readonly onRead: (sizeBytes: number) => void;
  readonly onFile: (number: number) => void;
  readonly stop: () => void;
}

const DRAW_EVERY_MS = 200;

/** A bar on a terminal, by bytes read; else a line for each file. Files are counted, not named: a name may be a patient's. */
export function progressOf(files: number, sizeBytes: number, tally: Tally): Progress {
  if (process.stderr.isTTY !== true) {
    return {
      onRead: () => undefined,
      onFile: (number) => process.stderr.write(`file ${number} of ${files}: ${tally.answered} resources\n`),
      stop: () => undefined,
    };
  }
  const format = '{bar} {percentage}% | {resources} resources, {rate}/s | file {file} of {files}';
  const bar = new cliProgress.SingleBar({ format, stream: process.stderr, clearOnComplete: false, hideCursor: true }, cliProgress.Presets.shades_classic);
  const began = Date.now();
  let file = 0;
  let read = 0;
  const draw = () => {
    const rate = Math.round(tally.answered / Math.max(0.001, (Date.now() - began) / 1000));
    bar.update(Math.min(read, sizeBytes), { resources: tally.answered, rate, file, files });
  };
  bar.start(sizeBytes, 0, { resources: 0, rate: 0, file: 0, files });
  const timer = setInterval(draw, DRAW_EVERY_MS);
  return {
    onRead: (bytes) => {
      read += bytes;
    },
    onFile: (number) => {
      file = number;
    },
    stop: () => {
      clearInterval(timer);
      draw();
      bar.stop();
    },
  };
}
