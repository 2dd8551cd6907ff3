import { randomUUID } from 'node:crypto';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb, { type BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision } from '../../commands/ports.js';
import { positionText } from './position.js';
import { type EncodedEvent, sizeBytesOf } from './record.js';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
  readonly sizeBytes: number;
}

export type Answer =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: string | null }
  | { readonly kind: 'wrong-version'; readonly actual: number | 'none' }
  /** Certainly not written, and a repeat would not be either. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No answer that settles it. Without `sent` it was certainly not written. */
  | { readonly kind: 'unknown'; readonly sent: boolean; readonly cause: unknown };

/** A gRPC message of the server's default size takes 4 MB; a larger append goes in several, the last one marked. */
const MESSAGE_BYTES = 1024 * 1024;
const ERRORS = 'event_store.client.';

/**
 * The messages of one append under a fresh correlation id. No deadline is sent: the protocol wants it as a time of day,
 * and a clock that runs behind the server's would make every append time out before it begins.
 */
export function batchOf({ stream, expected, events }: AppendRequest): { correlationId: string; messages: readonly BatchAppendReq[] } {
  const correlationId = randomUUID();
  const messages = [messageOf(correlationId)];
  messages[0]?.setOptions(optionsOf(stream, expected));
  let sizeBytes = 0;
  for (const event of events) {
    const eventBytes = sizeBytesOf(event);
    if (sizeBytes > 0 && sizeBytes + eventBytes > MESSAGE_BYTES) {
      messages.push(messageOf(correlationId));
      sizeBytes = 0;
    }
    sizeBytes += eventBytes;
    messages.at(-1)?.addProposedMessages(proposedOf(event));
  }
  messages.at(-1)?.setIsFinal(true);
  return { correlationId, messages };
}

/** The answer, and to which append it belongs. */
export function answerOf(response: BatchAppendResp): { correlationId: string; answer: Answer } {
  const correlationId = uuidText(response.getCorrelationId());
  const success = response.getSuccess();
  if (success === undefined) return { correlationId, answer: errorOf(response) };
  const position = success.getPosition();
  const place = position && positionText({ commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) });
  return { correlationId, answer: { kind: 'appended', revision: Number(success.getCurrentRevision()), position: place ?? null } };
}

function errorOf(response: BatchAppendResp): Answer {
  const details = response.getError()?.getDetails();
  const name = details?.getTypeName() ?? '';
  if (name === `${ERRORS}WrongExpectedVersion`) {
    const wrong = details?.unpack(sharedPb.WrongExpectedVersion.deserializeBinary, name);
    return { kind: 'wrong-version', actual: wrong?.hasCurrentStreamRevision() === true ? Number(wrong.getCurrentStreamRevision()) : 'none' };
  }
  const why = name.replace(ERRORS, '') || 'an error without a name';
  if (['StreamDeleted', 'AccessDenied', 'MaximumAppendSizeExceeded', 'BadRequest', 'InvalidTransaction'].includes(why)) return { kind: 'refused', why };
  return { kind: 'unknown', sent: true, cause: new Error(why) };
}

function messageOf(correlationId: string): BatchAppendReq {
  const message = new streamsPb.BatchAppendReq();
  message.setCorrelationId(uuidOf(correlationId));
  message.setIsFinal(false);
  return message;
}

function optionsOf(stream: string, expected: ExpectedRevision): BatchAppendReq.Options {
  const options = new streamsPb.BatchAppendReq.Options();
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream, 'utf8'));
  options.setStreamIdentifier(identifier);
  if (expected === 'none') options.setNoStream(new sharedPb.Empty());
  else options.setStreamPosition(String(expected));
  return options;
}

function proposedOf({ id, type, data, metadata }: EncodedEvent): BatchAppendReq.ProposedMessage {
  const message = new streamsPb.BatchAppendReq.ProposedMessage();
  message.setId(uuidOf(id));
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  message.setData(data);
  message.setCustomMetadata(metadata);
  return message;
}

function uuidOf(id: string): InstanceType<typeof sharedPb.UUID> {
  const uuid = new sharedPb.UUID();
  uuid.setString(id);
  return uuid;
}

/** The server answers with two signed halves, whatever it was asked with. */
function uuidText(uuid: InstanceType<typeof sharedPb.UUID> | undefined): string {
  const halves = uuid?.getStructured();
  if (halves === undefined) return uuid?.getString() ?? '';
  const hex = [halves.getMostSignificantBits(), halves.getLeastSignificantBits()]
    .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
