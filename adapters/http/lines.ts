import { isUtf8 } from 'node:buffer';

/** A line of an NDJSON body, or why there is none: too long lines are passed over without being kept. */
export type Line = { readonly text: string } | { readonly refused: 'too-large' | 'truncated-input' | 'invalid-text' };

const NEWLINE = 10;

/**
 * Cuts a stream of bytes into lines of UTF-8. Holds at most one line: longer ones than `sizeAtMostBytes` are dropped as they
 * come. Blank lines are passed over. A last line without its newline is whole if the stream ended in order.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>, sizeAtMostBytes: number): AsyncGenerator<Line> {
  let kept: Buffer[] = [];
  let size = 0;
  const take = (): Line | null => {
    const line: Line = size > sizeAtMostBytes ? { refused: 'too-large' } : lineOf(Buffer.concat(kept));
    kept = [];
    size = 0;
    return 'text' in line && line.text.trim() === '' ? null : line;
  };
  const keep = (piece: Buffer) => {
    size += piece.length;
    if (size <= sizeAtMostBytes) kept.push(piece);
    else kept = [];
  };
  try {
    for await (const chunk of chunks) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, at));
        from = at + 1;
        const line = take();
        if (line !== null) yield line;
      }
      keep(chunk.subarray(from));
    }
  } catch {
    // The sender went away in the middle: what was whole has been taken, the rest was never a command.
    if (size > 0) yield { refused: 'truncated-input' };
    return;
  }
  const last = take();
  if (last !== null) yield last;
}

/** Bytes that are no UTF-8 would be read as replacement characters: a change of what the source wrote, and a silent one. */
function lineOf(bytes: Buffer): Line {
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { refused: 'invalid-text' };
}
