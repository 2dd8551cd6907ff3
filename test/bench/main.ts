import { benchBigPatient } from './big-patient.js';
import { benchBulk } from './bulk.js';
import { benchCommands } from './commands.js';
import { reportConditions } from './conditions.js';
import { benchDesignationChange } from './designation-change.js';
import { benchDuplicates } from './duplicates.js';
import { benchErase, benchRecords, benchRotate } from './keys.js';
import { benchLag } from './lag.js';
import { type BenchName, type BenchOptions, readOptions, USAGE } from './options.js';
import { summariseProfiles } from './profile.js';
import { benchDecide, benchSeal } from './pure.js';
import { benchReads } from './reads.js';
import { benchRebuild, benchStart } from './rebuild.js';
import { Report } from './report.js';
import { benchResolve } from './resolve.js';
import { benchScan } from './scan.js';

/** `npm run bench`: each figure beside its floor, measured in the same run. */
const RUN: Readonly<Record<BenchName, (options: BenchOptions, report: Report) => Promise<void>>> = {
  commands: benchCommands,
  bulk: benchBulk,
  reads: benchReads,
  decide: benchDecide,
  seal: benchSeal,
  records: benchRecords,
  rotate: benchRotate,
  erase: benchErase,
  scan: benchScan,
  lag: benchLag,
  rebuild: benchRebuild,
  start: benchStart,
  resolve: benchResolve,
  'big-patient': benchBigPatient,
  duplicates: benchDuplicates,
  'designation-change': benchDesignationChange,
};

let options: BenchOptions;
try {
  options = readOptions(process.argv.slice(2));
} catch (fault) {
  process.stderr.write(`${(fault as Error).message}\n${USAGE}\n`);
  process.exit(2);
}
const report = new Report(options.json);
reportConditions(report, options.seconds);
for (const name of options.names) {
  const folder = options.profileFolder === undefined ? undefined : `${options.profileFolder}/${name}`;
  await RUN[name]({ ...options, profileFolder: folder }, report);
  if (folder !== undefined) process.stderr.write(summariseProfiles(folder));
}
