import type { BulkSender, LineResult } from './bulk-sender.js';
import { FileProblem, faultWords, type InputFile } from './files.js';
import type { Found } from './found.js';
import { type Group, groupsOf } from './input.js';
import { bodyOf, lineOf } from './lines.js';
import type { PatientDesk } from './patients.js';
import { PatientNames, patientOf } from './placing.js';
import type { Tally } from './tally.js';

/** How many patients are looked for at once. */
const PATIENTS_AT_ONCE = 8;

export interface LoadEnds {
  readonly sender: BulkSender;
  readonly desk: PatientDesk;
  readonly tally: Tally;
  readonly onRead: (sizeBytes: number) => void;
  readonly onFile: (number: number) => void;
}

/**
 * Reads files and sends what they hold. Lines of NDJSON may refer to patients of any other file, so all Patient lines go
 * first, in a pass of their own; a bundle brings its patients along. One bundle or line is held at a time.
 */
export class Loader {
  /** Patients by the names that the files use for them: references and our ids, nothing else of them. */
  readonly #names = new PatientNames();

  constructor(private readonly ends: LoadEnds) {}

  async load(files: readonly InputFile[]): Promise<void> {
    for (const file of files.filter(({ kind }) => kind === 'ndjson')) await this.#patientLines(file);
    for (const [index, file] of files.entries()) {
      try {
        for await (const group of groupsOf(file, this.ends.onRead)) await this.#group(group, file);
        this.ends.tally.files += 1;
      } catch (fault) {
        if (!isOfFile(fault)) throw fault;
        this.ends.tally.faults.push({ path: file.path, reason: faultWords(fault) });
      }
      this.ends.onFile(index + 1);
    }
  }

  async #patientLines(file: InputFile): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let failed: unknown;
    try {
      for await (const group of groupsOf(file, this.ends.onRead)) {
        if (!('single' in group) || group.single.type !== 'Patient') continue;
        const { single } = group;
        const work: Promise<void> = this.#patient(single)
          .then(
            (patientId) => this.#names.add(single.names, patientId),
            (fault) => {
              failed ??= fault;
            },
          )
          .finally(() => underWay.delete(work));
        underWay.add(work);
        if (underWay.size >= PATIENTS_AT_ONCE) await Promise.race(underWay);
        if (failed !== undefined) break;
      }
    } catch (fault) {
      // The file is reported when it is read for the rest of its lines.
      if (!isOfFile(fault)) throw fault;
    }
    await Promise.all(underWay);
    if (failed !== undefined) throw failed;
  }

  async #group(group: Group, { kind }: InputFile): Promise<void> {
    if ('refused' in group) {
      this.ends.tally.read('(unreadable)');
      this.ends.tally.settled('(unreadable)', { kind: 'failed', code: group.refused, patientId: null });
    } else if ('bundle' in group) await this.#bundle(group.bundle);
    else if (group.single.type !== 'Patient') await this.#send(group.single, this.#names, null);
    else if (kind === 'json') this.#names.add(group.single.names, await this.#patient(group.single));
  }

  async #bundle(bundle: readonly Found[]): Promise<void> {
    const names = new PatientNames(this.#names);
    const patients = bundle.filter(({ type, form }) => type === 'Patient' && form === 'resource');
    let only: string | null = null;
    for (const patient of patients) {
      const patientId = await this.#patient(patient);
      names.add(patient.names, patientId);
      this.#names.add(patient.names, patientId);
      if (patients.length === 1) only = patientId;
    }
    for (const found of bundle) if (!patients.includes(found)) await this.#send(found, names, only);
  }

  async #patient(found: Found): Promise<string | null> {
    this.ends.tally.read(found.type);
    await this.ends.sender.room();
    const result = await this.ends.desk.resolve(found);
    this.ends.tally.settled(found.type, result);
    return result.patientId;
  }

  async #send(found: Found, names: PatientNames, only: string | null): Promise<void> {
    const { sender, tally } = this.ends;
    tally.read(found.type);
    await sender.room();
    sender.ask(lineOf('record-fact', bodyOf(found, patientOf(found, names, only)))).then(
      (result: LineResult) => tally.settled(found.type, result),
      // The load ends with this fault: `room` and `finish` throw it.
      () => undefined,
    );
  }
}

/** A fault of the file: the others can still be loaded. */
function isOfFile(fault: unknown): boolean {
  return fault instanceof FileProblem || typeof (fault as NodeJS.ErrnoException).code === 'string';
}
