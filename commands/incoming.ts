import type { Rejection } from '../domain/rejections.js';
import type { CommandName } from '../schemas/command-catalogue.js';
import type { WrittenResource } from './assertion.js';
import type { Caller, CommandRequest } from './request.js';

/** A command of any name as it came in; `resource` is there when its schema has one. */
export interface IncomingCommand extends CommandRequest<unknown> {
  readonly name: CommandName;
  readonly resource: WrittenResource | null;
}

/** What comes with a command besides its body. */
export interface IncomingContext {
  readonly caller: Caller;
  readonly idempotencyKey: string | null;
  readonly expected: number | null;
  readonly correlationId: string;
}

/** The way in of every command: text → JSON → the command's schema → FHIR. Nothing is coerced, dropped or filled in. */
export interface CommandIntake {
  accept(name: string, text: string, context: IncomingContext): IncomingCommand | Rejection;
}
