import { parentPort } from 'node:worker_threads';

/** A writer thread that takes its first batch and ends without a word. Started by a test. */
parentPort?.on('message', () => process.exit(1));
