import type { ValidateFunction } from 'ajv';
import type { IncomingCommand } from '../../commands/handle.js';
import type { Caller } from '../../commands/request.js';
import { type JsonFault, type JsonObject, memberCountOf, parseLossless, type Span, scanMembers } from '../../domain/json/lossless.js';
import { CONTENT_AT_MOST_BYTES, type Issue, type Rejection, type RejectionCode, reject } from '../../domain/rejections.js';
import { identifiersInClear } from '../../domain/scanning/clear-text.js';
import { COMMANDS, type CommandName, isCommandName } from '../../schemas/command-catalogue.js';
import { strictAjv } from '../ajv.js';
import type { FhirValidator } from '../fhir/validate.js';

/** Objects and arrays within each other. */
export const DEPTH_AT_MOST = 64;

export const FAULT_CODES: Readonly<Record<JsonFault['code'], RejectionCode>> = {
  'too-deep': 'too-deep',
  'duplicate-member': 'duplicate-member',
  'forbidden-member': 'invalid-text',
  'forbidden-character': 'invalid-text',
  'not-an-object': 'invalid-json',
  malformed: 'invalid-json',
};

const ajv = strictAjv();
const validators = new Map<CommandName, ValidateFunction>();

/** Compiled when first needed. */
function validatorOf(name: CommandName): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const compiled = ajv.compile(COMMANDS[name]);
  validators.set(name, compiled);
  return compiled;
}

/** What comes with a command besides its body. */
export interface IntakeContext {
  readonly caller: Caller;
  readonly idempotencyKey: string | null;
  readonly expected: number | null;
  readonly correlationId: string;
}

/** JSON text of an object, checked and parsed, with the places of its members in the text. */
export interface ReadObject {
  readonly value: Record<string, unknown>;
  readonly members: ReadonlyMap<string, Span>;
  readonly hasWideNumber: boolean;
}

/** Text → object, or why not: nothing that another reader could understand differently gets through. */
export function readObject(text: string): ReadObject | Rejection {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return reject('invalid-json');
  }
  const scan = scanMembers(text, { maxDepth: DEPTH_AT_MOST });
  if (scan.error !== undefined) return reject(FAULT_CODES[scan.error.code], [{ pointer: '', rule: `at character ${scan.error.offset}` }]);
  if (scan.memberCount !== memberCountOf(value as JsonObject)) return reject('duplicate-member');
  return { value: value as Record<string, unknown>, members: scan.members, hasWideNumber: scan.hasWideNumber };
}

/** The way in of every command: text → JSON → the command's schema → FHIR. Nothing is coerced, dropped or filled in. */
export class Intake {
  constructor(private readonly fhir: FhirValidator) {}

  accept(name: string, text: string, context: IntakeContext): IncomingCommand | Rejection {
    if (!isCommandName(name)) return reject('unknown-command');
    const read = readObject(text);
    return 'kind' in read ? read : this.acceptObject(name, text, read, context);
  }

  acceptObject(name: CommandName, text: string, read: ReadObject, context: IntakeContext): IncomingCommand | Rejection {
    const validate = validatorOf(name);
    if (!validate(read.value)) return reject('invalid-command', issuesOf(validate));
    const held = identifiersInClear(COMMANDS[name], read.value);
    if (held.length > 0)
      return reject(
        'text-holds-identifiers',
        held.map(({ pointer, types }) => issue(pointer, types.join(', '))),
      );
    const span = read.members.get('resource');
    if (span === undefined) return { ...context, approval: null, name, text, body: read.value, resource: null };
    const written = text.slice(span.start, span.end);
    if (Buffer.byteLength(written) > CONTENT_AT_MOST_BYTES) return reject('too-large');
    const issues = this.fhir.validate(read.value['resource']);
    if (issues.length > 0)
      return reject(
        'invalid-resource',
        issues.map(({ path, rule, expected }) => issue(`/resource${path}`, rule, expected)),
      );
    const parsed = (read.hasWideNumber ? parseLossless(written) : read.value['resource']) as JsonObject & { resourceType: string };
    return { ...context, approval: null, name, text, body: read.value, resource: { parsed, text: written } };
  }
}

function issue(pointer: string, rule: string, expected?: string): Issue {
  return expected === undefined ? { pointer, rule } : { pointer, rule, expected };
}

/** Place and rule of each error. An unknown member is not named: its name is the caller's text. */
function issuesOf(validate: ValidateFunction): Issue[] {
  return (validate.errors ?? []).slice(0, 10).map(({ instancePath, keyword, params }) => {
    const expected =
      keyword === 'required'
        ? String(params['missingProperty'])
        : keyword === 'type'
          ? String(params['type'])
          : keyword === 'const'
            ? String(params['allowedValue'])
            : undefined;
    return issue(instancePath, keyword === 'additionalProperties' ? 'unknown-member' : keyword, expected);
  });
}
