import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Latencies } from '../support/load-generator.js';
import type { Report } from './report.js';

const FILE_SYSTEMS: Readonly<Record<number, string>> = { 61267: 'ext4', 2435016766: 'btrfs', 1481003842: 'xfs', 16914836: 'tmpfs', 2035054128: 'overlayfs' };

/** What the figures were measured on, and how much of the machine others were using: a figure without this says nothing. */
export function reportConditions(report: Report, seconds: number): void {
  report.begin('conditions', 'the machine, and its own floor');
  report.text('node', `${process.version} on ${process.platform} ${process.arch}`);
  report.text('processor', `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`);
  report.figure('memory', totalmem() / 2 ** 30, 'GiB');
  report.text('file system of the data', FILE_SYSTEMS[statfsSync(tmpdir()).type] ?? `type ${statfsSync(tmpdir()).type}`);
  report.text('load generator', 'bare sockets in a process of its own on the same machine; a closed loop unless said otherwise');
  report.figure('measured time of each', seconds, 's');
  report.figure('load average before', loadavg()[0] ?? 0, 'processes');
  reportSync(report);
  report.figure('SHA-256 of 1 KB, one thread', hashesPerSecond(), '/s');
}

/** One write of 4 KiB and its `fdatasync`: what each durable commit costs at least. */
function reportSync(report: Report): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sync-'));
  const file = openSync(join(folder, 'file'), 'w');
  const block = Buffer.alloc(4096, 1);
  const times = new Latencies();
  for (let n = 0; n < 500; n++) {
    const began = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    times.add(performance.now() - began);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  report.figure('write and fdatasync, p50', times.summary().p50Ms, 'ms');
  report.figure('write and fdatasync, p99', times.summary().p99Ms, 'ms');
}

function hashesPerSecond(): number {
  const block = Buffer.alloc(1024, 1);
  return perSecond(500, () => createHash('sha256').update(block).digest());
}

/** How often a synchronous piece of work goes through in a second; the first tenth is warm-up. */
export function perSecond(durationMs: number, work: (n: number) => unknown): number {
  let n = 0;
  const warm = performance.now() + durationMs / 10;
  while (performance.now() < warm) for (let i = 0; i < 50; i++) work(n++);
  const began = performance.now();
  const until = began + durationMs;
  let done = 0;
  while (performance.now() < until) {
    for (let i = 0; i < 50; i++) work(n++);
    done += 50;
  }
  return (done * 1000) / (performance.now() - began);
}

/** How often a promise goes through in a second, one after the other. */
export async function eachSecond(durationMs: number, work: () => Promise<unknown>): Promise<number> {
  for (let n = 0; n < 500; n++) await work();
  const began = performance.now();
  let done = 0;
  for (; performance.now() - began < durationMs; done++) await work();
  return (done * 1000) / (performance.now() - began);
}
