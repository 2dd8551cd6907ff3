import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const LINES = 30;
const THREADS: readonly (readonly [file: string, thread: string])[] = [
  ['event-writer.js', 'event writer thread'],
  ['key-writer.js', 'key writer thread'],
  ['projection-worker.js', 'projections thread'],
];

/** Where each thread of a profiled server spent its time: self time by function, of the time that it was not idle. */
export function summariseProfiles(folder: string): string {
  if (!existsSync(folder)) return '';
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .sort()
    .map((name) => summary(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile))
    .join('');
}

function summary({ nodes, samples, timeDeltas }: Profile): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const self = new Map<string, number>();
  let idle = 0;
  let busy = 0;
  samples.forEach((id, at) => {
    const name = names.get(id) ?? '?';
    const ms = (timeDeltas[at] ?? 0) / 1000;
    if (name === '(idle)') idle += ms;
    else busy += ms;
    if (name !== '(idle)') self.set(name, (self.get(name) ?? 0) + ms);
  });
  const thread = THREADS.find(([file]) => nodes.some(({ callFrame }) => callFrame.url.endsWith(file)))?.[1] ?? 'main thread';
  const top = [...self].sort((left, right) => right[1] - left[1]).slice(0, LINES);
  const lines = top.map(([name, ms]) => `  ${((100 * ms) / busy).toFixed(1).padStart(5)} %  ${name}`);
  return `\n${thread}: busy ${(busy / 1000).toFixed(1)} s, idle ${(idle / 1000).toFixed(1)} s\n${lines.join('\n')}\n`;
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const file = url.replace(/^file:\/\//, '').replace(/^.*\/(dist|node_modules)\//, '');
  return file === '' ? functionName || '(anonymous)' : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}
