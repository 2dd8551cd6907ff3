import type { LedgerProcess } from '../bench/ledger-process.js';
import type { Book, Receipt } from './book.js';
import { sendCommand, type Tokens, WrongAnswer } from './client.js';
import type { LogIndex, Problems } from './log-index.js';

const REPEATS_AT_ONCE = 16;

export interface Repeats {
  /** Commands without an answer that had happened all the same. */
  landed: number;
  readonly all: number;
}

/** Every acknowledged command stands in the log where its receipt says; every answered read has its access event. */
export function verifyAcknowledged(book: Book, log: LogIndex, problems: Problems): void {
  for (const { name, receipt } of book.sent) if (receipt !== null) verifyReceipt(name, receipt, log, problems);
  for (const correlationId of book.reads)
    if (!log.accesses.has(correlationId)) problems.add('unaudited', `the read ${correlationId} was answered and is not in the log`);
}

function verifyReceipt(name: string, receipt: Receipt, log: LogIndex, problems: Problems): void {
  for (const id of receipt.eventIds) {
    const place = log.events.get(id);
    if (place === undefined) problems.add('lost', `${name}: event ${id} was acknowledged at ${receipt.stream}@${receipt.revision} and is not in the log`);
    else if (place.stream !== receipt.stream) problems.add('lost', `${name}: event ${id} stands in ${place.stream}, its receipt says ${receipt.stream}`);
  }
  const last = log.events.get(receipt.eventIds.at(-1) ?? '');
  if (last === undefined || (last.revision === receipt.revision && log.positions.fits(receipt.position, last.position))) return;
  problems.add('lost', `${name}: stands at ${last.revision}/${last.position}, its receipt says ${receipt.revision}/${receipt.position}`);
}

/** After a restart, before anything new: nothing stands sealed in the log whose sealing is not on record, kill or no kill. */
export function verifyKeyUses(log: LogIndex, problems: Problems): void {
  for (const [name, { parts, uses }] of log.sealed)
    if (uses < parts) problems.add('unaudited', `${parts} parts are sealed for ${name}, ${uses} uses of keys say so`);
}

/** Sends again, word for word, whatever got no answer: 200 when it had happened, 201 when it had not. */
export async function repeatUnacknowledged(ledger: LedgerProcess, tokens: Tokens, book: Book, log: LogIndex, problems: Problems): Promise<Repeats> {
  const waiting = book.unacknowledged();
  const repeats: Repeats = { landed: 0, all: waiting.length };
  const work = async () => {
    for (let sent = waiting.shift(); sent !== undefined; sent = waiting.shift()) {
      const status = await sendCommand(ledger, tokens, book, sent);
      if (status === null) throw new WrongAnswer(`${sent.name} got no answer when repeated`);
      const known = (sent.receipt?.eventIds ?? []).every((id) => log.events.has(id));
      if (status === 200) repeats.landed += 1;
      if (status === 200 && !known) problems.add('lost', `${sent.name} was answered 200 with events that the log did not have`);
      if (status === 201 && known) problems.add('duplicated', `${sent.name} was answered 201 with events that the log had`);
    }
  };
  await Promise.all(Array.from({ length: REPEATS_AT_ONCE }, work));
  return repeats;
}

/** With every command answered by now, each event of the log belongs to a receipt: what belongs to none happened twice. */
export function verifyNothingElse(book: Book, log: LogIndex, problems: Problems): void {
  for (const [id, { type, stream }] of log.events) {
    if (type !== 'access-recorded' && type !== 'keys-used' && !book.events.has(id))
      problems.add('duplicated', `event ${id} (${type} in ${stream}) belongs to no command's receipt`);
  }
}
