import { type Static, Type } from '@sinclair/typebox';
import { Name, PurposeOfUse, strictObject } from '../event.js';

/** What may become of one element. */
export const Mask = Type.Union(
  [
    strictObject({ kind: Type.Literal('keep') }),
    strictObject({ kind: Type.Literal('redact') }),
    strictObject(
      { kind: Type.Literal('scrub') },
      { description: 'Identifiers that the scanner finds in a text become their kind: `[name]`. It does not find all.' },
    ),
    strictObject({ kind: Type.Literal('partial') }, { description: 'The last letters or digits stay: `***-**-1234`.' }),
    strictObject({
      kind: Type.Literal('generalise'),
      to: Type.Union([Type.Literal('year'), Type.Literal('zip3')]),
    }),
    strictObject({ kind: Type.Literal('shift') }, { description: 'Dates by an offset that is the same for all of one patient.' }),
    strictObject({ kind: Type.Literal('tokenize') }, { description: 'A random token that a grant can turn back.' }),
    strictObject(
      { kind: Type.Literal('format-preserving'), as: Type.Union([Type.Literal('ssn'), Type.Literal('mrn'), Type.Literal('phone'), Type.Literal('npi')]) },
      { description: 'FF1 of NIST SP 800-38G: digits for digits.' },
    ),
  ],
  { description: 'A mask.' },
);

export const MaskRule = strictObject({
  /**
   * `Patient.identifier.value`; `HumanName.family` for every name wherever it stands; `Narrative` or `string` for a data type. The first
   * rule that fits decides.
   */
  path: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{1,40}(\\.[a-z][A-Za-z0-9]{0,60}){0,8}$' }),
  /** Only where the object that holds the element has this system, or this code as its type (`SS`, `MR`). */
  where: Type.Optional(
    strictObject({ system: Type.Optional(Type.String({ maxLength: 300 })), type: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{1,20}$' })) }),
  ),
  mask: Mask,
});

/** The actions of the scanner (`domain/scanning/policy.ts`). */
const Outbound = Type.Union([Type.Literal('ignore'), Type.Literal('mark'), Type.Literal('mask'), Type.Literal('hold'), Type.Literal('block')], {
  description:
    'What becomes of identifiers that the scanner finds in texts that the rules let through: they stay, are marked, become their kind (when absent), hold the resource back until a person has looked, or refuse the answer.',
});

/** Of the published form: a change is a new version. */
export const MASKING_POLICY_VERSION = 2;

/** A masking policy: what it begins from, what becomes of dates, and masks by FHIR path. */
export const MaskingPolicy = strictObject(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{1,40}$' }),
    version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    description: Type.String({ minLength: 1, maxLength: 400 }),
    /** `none` keeps whatever no rule names. The two others keep only what is known to be safe. */
    base: Type.Union([Type.Literal('safe-harbor'), Type.Literal('limited-data-set'), Type.Literal('none')]),
    dates: Type.Union([Type.Literal('keep'), Type.Literal('shift'), Type.Literal('year')]),
    readers: Type.Array(strictObject({ role: Name, purposes: Type.Array(PurposeOfUse, { minItems: 1, maxItems: 16 }) }), { maxItems: 8 }),
    rules: Type.Array(MaskRule, { maxItems: 200 }),
    outbound: Type.Optional(Outbound),
  },
  { description: 'Masks by FHIR path, for whom and for what.' },
);

export type Mask = Static<typeof Mask>;
export type MaskRule = Static<typeof MaskRule>;
export type MaskingPolicy = Static<typeof MaskingPolicy>;
