import { Worker } from 'node:worker_threads';
import { LedgerFault } from '../domain/rejections.js';
import type { ModelProgress } from './model-progress.js';
import type { FromProjections, ProjectionWorkerData, ToProjections } from './projection-messages.js';

/** The projecting thread as the rest of the process sees it. */
export class ProjectionHost {
  readonly #worker: Worker;
  readonly #rebuilds = new Map<number, { resolve: () => void; reject: (fault: unknown) => void }>();
  #asked = 0;
  #stopping = false;

  constructor(
    data: ProjectionWorkerData,
    private readonly progress: ModelProgress,
    private readonly onFault: (model: string, code: string, why: string) => void,
  ) {
    this.#worker = new Worker(new URL('./projection-worker.js', import.meta.url), { workerData: data });
    this.#worker.on('message', (message: FromProjections) => this.#hear(message));
    this.#worker.on('error', (fault) => this.#ended(fault.message));
    this.#worker.on('exit', () => this.#ended('the projecting thread ended'));
  }

  rebuild(model: string): Promise<void> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#rebuilds.set(id, { resolve, reject });
      this.#tell({ kind: 'rebuild', id, model });
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#tell({ kind: 'stop' });
    await ended;
  }

  #tell(message: ToProjections): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromProjections): void {
    if (message.kind === 'progress') this.progress.report(message.progress);
    else if (message.kind === 'fault') {
      this.progress.fault(message.model, message.code);
      this.onFault(message.model, message.code, message.why);
    } else this.#rebuilt(message);
  }

  #rebuilt({ id, fault }: Extract<FromProjections, { kind: 'rebuilt' }>): void {
    const waiting = this.#rebuilds.get(id);
    this.#rebuilds.delete(id);
    if (fault === null) waiting?.resolve();
    else waiting?.reject(new LedgerFault('read-models-unavailable', { cause: new Error(fault) }));
  }

  #ended(why: string): void {
    if (this.#stopping) return;
    for (const { reject } of this.#rebuilds.values()) reject(new LedgerFault('read-models-unavailable'));
    this.#rebuilds.clear();
    for (const model of ['record', 'resolutions', 'directory', 'accesses', 'changes', 'amendments']) {
      this.progress.fault(model, 'read-models-unavailable');
      this.onFault(model, 'read-models-unavailable', why);
    }
  }
}
