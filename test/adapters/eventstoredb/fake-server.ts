import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsPb, { type BatchAppendReq, type BatchAppendResp, type ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { Server, ServerCredentials, type ServerDuplexStream, type ServerWritableStream } from '@grpc/grpc-js';
import { FakeLog, type ReceivedAppend } from './fake-log.js';

type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;
type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** One append as it arrived. A behaviour may write it, answer it, both, or neither, and may do what it likes to the stream. */
export interface Arrival extends ReceivedAppend {
  readonly call: BatchCall;
  /** The server's clock decides how long it tries, unless the client names a time of day. */
  readonly hasDeadline: boolean;
  write(): BatchAppendResp;
  answer(response: BatchAppendResp): void;
}

export type Behaviour = (arrival: Arrival) => void;

export const obliging: Behaviour = (arrival) => arrival.answer(arrival.write());

/**
 * Speaks as much of EventStoreDB's gRPC protocol as the adapter needs, with the client's own generated code, so that a
 * test can say what becomes of each append and read: written or not, answered or not, and what happens to the connection.
 */
export class FakeServer {
  readonly log = new FakeLog();
  readonly arrivals: Arrival[] = [];
  /** What to do with the next appends, in turn; the rest are obliged. */
  script: Behaviour[] = [];
  behaviour: Behaviour = obliging;
  /** Takes the place of answering a read. */
  onRead: ((call: ReadCall, answer: () => void) => void) | undefined;
  reads = 0;
  subscriptions = 0;
  readonly #subscribers = new Set<ReadCall>();
  readonly #server = new Server();

  private constructor(readonly port: number) {
    this.#server.addService(StreamsService, {
      batchAppend: (call: BatchCall) => this.#batchAppend(call),
      read: (call: ReadCall) => this.#read(call),
    });
  }

  static async start(port = 0): Promise<FakeServer> {
    const fake = new FakeServer(port);
    const bound = await new Promise<number>((resolve, reject) => {
      fake.#server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (fault, got) => (fault === null ? resolve(got) : reject(fault)));
    });
    return Object.assign(fake, { port: bound });
  }

  get url(): string {
    return urlOf(this.port);
  }

  /** Tells subscribers how far the log has come, as the server does when nothing fits their filter. */
  announce(): void {
    const position = String(this.log.records.at(-1)?.position ?? 0);
    const response = new streamsPb.ReadResp();
    const checkpoint = new streamsPb.ReadResp.Checkpoint();
    checkpoint.setCommitPosition(position);
    checkpoint.setPreparePosition(position);
    response.setCheckpoint(checkpoint);
    for (const subscriber of this.#subscribers) subscriber.write(response);
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #batchAppend(call: BatchCall): void {
    const begun = new Map<string, { request: BatchAppendReq; events: ReceivedAppend['events'] }>();
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId()?.getString() ?? '';
      const events = request.getProposedMessagesList().map((message) => ({
        id: message.getId()?.getString() ?? '',
        type: message.getMetadataMap().get('type') ?? '',
        data: message.getData_asU8(),
        metadata: message.getCustomMetadata_asU8(),
      }));
      const known = begun.get(id);
      const whole = { request: known?.request ?? request, events: [...(known?.events ?? []), ...events] };
      begun.set(id, whole);
      if (request.getIsFinal()) this.#arrived(call, whole.request, whole.events);
    });
  }

  #arrived(call: BatchCall, request: BatchAppendReq, events: ReceivedAppend['events']): void {
    const options = request.getOptions();
    const stream = Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
    const expected = options?.hasNoStream() === true ? -1 : Number(options?.getStreamPosition());
    const arrival: Arrival = {
      stream,
      expected,
      events,
      call,
      hasDeadline: options?.hasDeadline() === true,
      write: () => this.log.write({ stream, expected, events }),
      answer: (response) => {
        response.setCorrelationId(request.getCorrelationId());
        call.write(response);
      },
    };
    this.arrivals.push(arrival);
    (this.script.shift() ?? this.behaviour)(arrival);
  }

  #read(call: ReadCall): void {
    const request = call.request;
    call.on('error', () => undefined);
    if (request.getOptions()?.hasSubscription() === true) {
      this.subscriptions += 1;
      const confirmed = new streamsPb.ReadResp();
      confirmed.setConfirmation(new streamsPb.ReadResp.SubscriptionConfirmation());
      call.write(confirmed);
      this.#subscribers.add(call);
      call.on('cancelled', () => this.#subscribers.delete(call));
      return;
    }
    this.reads += 1;
    const answer = () => {
      for (const response of this.log.read(request)) call.write(response);
      call.end();
    };
    if (this.onRead === undefined) answer();
    else this.onRead(call, answer);
  }
}

export function urlOf(port: number): string {
  return `esdb://127.0.0.1:${port}?tls=false`;
}
