import type { DigitCipher } from './format-preserving.js';
import type { KnownTexts } from './known-texts.js';

/** What FHIR says of a member: its data type (`HumanName`, `date`, `code`), and its codes where FHIR closes the list. */
export interface MemberType {
  readonly type: string;
  readonly isList: boolean;
  readonly isPrimitive: boolean;
  readonly codes: ReadonlySet<string> | null;
}

export interface Shape {
  readonly members: ReadonlyMap<string, MemberType>;
  /** Members that must be there if they were: without them the element is no FHIR. */
  readonly needed: ReadonlySet<string>;
  /** Members that every element of this shape has; of a choice its first. */
  readonly demanded: readonly string[];
}

/** The shape of a resource type, a data type or an element (`Patient_Contact`); undefined where FHIR R4 has none. */
export type Shapes = (definition: string) => Shape | undefined;

/** What masks work with for one patient. Keys are behind it: what comes out can be turned back only by who has them. */
export interface MaskTools {
  readonly shapes: Shapes;
  readonly digits: DigitCipher;
  /** Days by which all dates of the patient are moved. */
  readonly shiftDays: number;
  readonly nowYear: number;
  readonly known: KnownTexts;
  /** The patient, as the answer calls them. */
  readonly pseudonym: string;
  /** What an id of this source's becomes: a UUID, always the same. */
  idFor(id: string): string;
  /** A text with what the scanner takes for identifiers replaced by what kind of identifier it is. */
  scrub(text: string): string;
  /** The token that stands for a text; null where no more are given out in one answer. */
  tokenFor(text: string): string | null;
}
