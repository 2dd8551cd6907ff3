import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb, { type BatchAppendResp, type ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import { type EncodedEvent, encodeRecord } from '../../../adapters/eventstoredb/record.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';

export interface FakeRecord extends EncodedEvent {
  readonly stream: string;
  readonly revision: number;
  /** Commit and prepare in one: the log has gaps, as the real one. */
  readonly position: number;
}

export interface ReceivedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly EncodedEvent[];
}

const GAP = 128;

/** What the server would keep, and its answers in its own words. */
export class FakeLog {
  records: FakeRecord[] = [];

  streamOf(name: string): FakeRecord[] {
    return this.records.filter(({ stream }) => stream === name);
  }

  /** Puts a record at the end, whatever it is. */
  put(stream: string, event: EncodedEvent, revision = this.streamOf(stream).length): FakeRecord {
    const record = { ...event, stream, revision, position: ((this.records.at(-1)?.position ?? 0) as number) + GAP };
    this.records.push(record);
    return record;
  }

  putEvent(event: LedgerEvent): FakeRecord {
    return this.put(event.stream, encodeRecord(event.stream, event));
  }

  /** As the server does it: the same ids at the same place are the same append. */
  write({ stream, expected, events }: ReceivedAppend): BatchAppendResp {
    const stored = this.streamOf(stream);
    const same = stored.slice(expected + 1, expected + 1 + events.length);
    const repeated = same.length === events.length && same.every(({ id }, index) => id === events[index]?.id);
    if (!repeated && expected !== stored.length - 1) return wrongVersion(stored.length - 1);
    const written = repeated ? same : events.map((event) => this.put(stream, event));
    return success(expected + events.length, written.at(-1)?.position ?? 0);
  }

  /** Answers to a read, inclusive of where it begins. */
  read(request: ReadReq): ReadResp[] {
    const options = request.getOptions();
    const count = Number(options?.getCount() ?? 0);
    const backwards = options?.getReadDirection() === 1;
    const inStream = options?.getStream();
    const from = inStream === undefined ? options?.getAll()?.getPosition()?.getCommitPosition() : inStream.hasRevision() ? inStream.getRevision() : undefined;
    const name = Buffer.from(inStream?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
    const all = inStream === undefined ? this.records : this.streamOf(name);
    if (inStream !== undefined && all.length === 0) return [notFound(name)];
    const placeOf = (record: FakeRecord) => (inStream === undefined ? record.position : record.revision);
    const chosen = (backwards ? [...all].reverse() : all).filter(
      (record) => from === undefined || (backwards ? placeOf(record) <= Number(from) : placeOf(record) >= Number(from)),
    );
    return chosen.slice(0, count).map(eventOf);
  }
}

export function success(revision: number, position: number | null): BatchAppendResp {
  const response = new streamsPb.BatchAppendResp();
  const done = new streamsPb.BatchAppendResp.Success();
  done.setCurrentRevision(String(revision));
  if (position === null) done.setNoPosition(new sharedPb.Empty() as never);
  else {
    const place = new sharedPb.AllStreamPosition();
    place.setCommitPosition(String(position));
    place.setPreparePosition(String(position));
    done.setPosition(place);
  }
  response.setSuccess(done);
  return response;
}

/** -1: the stream does not exist. */
export function wrongVersion(current: number): BatchAppendResp {
  const details = new sharedPb.WrongExpectedVersion();
  if (current >= 0) details.setCurrentStreamRevision(String(current));
  else details.setCurrentNoStream(new sharedPb.Empty() as never);
  return refusal('WrongExpectedVersion', details.serializeBinary());
}

export function refusal(name: string, details: Uint8Array = new Uint8Array()): BatchAppendResp {
  const response = new streamsPb.BatchAppendResp();
  const status = new statusPb.Status();
  const any = new anyPb.Any();
  any.pack(details, `event_store.client.${name}`);
  status.setDetails(any);
  response.setError(status);
  return response;
}

function notFound(name: string): ReadResp {
  const response = new streamsPb.ReadResp();
  const missing = new streamsPb.ReadResp.StreamNotFound();
  missing.setStreamIdentifier(identifierOf(name));
  response.setStreamNotFound(missing);
  return response;
}

function eventOf({ id, type, data, metadata, stream, revision, position }: FakeRecord): ReadResp {
  const response = new streamsPb.ReadResp();
  const read = new streamsPb.ReadResp.ReadEvent();
  const event = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
  const uuid = new sharedPb.UUID();
  uuid.setString(id);
  event.setId(uuid);
  event.setStreamIdentifier(identifierOf(stream));
  event.setStreamRevision(String(revision));
  event.setCommitPosition(String(position));
  event.setPreparePosition(String(position));
  event.getMetadataMap().set('type', type).set('content-type', 'application/json').set('created', '0');
  event.setData(data);
  event.setCustomMetadata(metadata);
  read.setEvent(event);
  read.setCommitPosition(String(position));
  response.setEvent(read);
  return response;
}

function identifierOf(name: string): InstanceType<typeof sharedPb.StreamIdentifier> {
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(name, 'utf8'));
  return identifier;
}
