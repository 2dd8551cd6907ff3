import { BSON, type Document } from 'mongodb';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;

export interface WireMessage {
  readonly requestId: number;
  readonly command: Document;
  /** The first hello of a connection still comes in the old form, and is answered in it. */
  readonly old: boolean;
}

/** Takes whole messages out of what has arrived; returns them and the rest. */
export function readMessages(bytes: Buffer): { messages: WireMessage[]; rest: Buffer } {
  const messages: WireMessage[] = [];
  let rest = bytes;
  while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
    messages.push(parse(rest.subarray(0, rest.readInt32LE(0))));
    rest = rest.subarray(rest.readInt32LE(0));
  }
  return { messages, rest };
}

function parse(message: Buffer): WireMessage {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === OP_QUERY) {
    const name = message.indexOf(0, HEADER_BYTES + 4);
    return { requestId, command: BSON.deserialize(message.subarray(name + 1 + 8)), old: true };
  }
  if (opCode !== OP_MSG) throw new Error(`unknown opcode ${opCode}`);
  let command: Document = {};
  for (let at = HEADER_BYTES + 4; at < message.length; ) {
    const kind = message.readUInt8(at);
    const size = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) command = { ...BSON.deserialize(section), ...command };
    else command = { ...command, ...sequence(section) };
    at += 1 + size;
  }
  return { requestId, command, old: false };
}

/** A document sequence: `updates`, `deletes` and the like, beside the command. */
function sequence(section: Buffer): Document {
  const end = section.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = end + 1; at < section.length; at += section.readInt32LE(at))
    documents.push(BSON.deserialize(section.subarray(at, at + section.readInt32LE(at))));
  return { [section.toString('utf8', 4, end)]: documents };
}

export function writeReply(to: WireMessage, reply: Document): Buffer {
  const body = Buffer.from(BSON.serialize(reply));
  const middle = to.old ? Buffer.alloc(20) : Buffer.alloc(5);
  if (to.old) middle.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + middle.length + body.length, 0);
  header.writeInt32LE(to.requestId, 8);
  header.writeInt32LE(to.old ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, middle, body]);
}
