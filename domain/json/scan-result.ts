/** Where a value stands in the text: `text.slice(start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Why a text is refused. It carries an offset in UTF-16 code units and never a piece of the text, which may be PHI. */
export interface JsonFault {
  readonly code: 'too-deep' | 'duplicate-member' | 'forbidden-member' | 'forbidden-character' | 'not-an-object' | 'malformed';
  readonly offset: number;
}

export interface JsonScan {
  /** The values of the top-level members, exactly as they were written. */
  readonly members: ReadonlyMap<string, Span>;
  /** Whether some number would be changed by `JSON.parse`; then `parseLossless` has to read the text. */
  readonly hasWideNumber: boolean;
  /** How many members all objects have together; `memberCountOf` the parsed value is smaller if a name was said twice. */
  readonly memberCount: number;
  readonly error?: JsonFault;
}

export interface ScanLimits {
  /** Objects and arrays that may lie within each other, the outermost counted. */
  readonly maxDepth: number;
}
