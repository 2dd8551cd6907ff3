import type { Static } from '@sinclair/typebox';
import { CorrectFact } from './commands/correct-fact.js';
import { DesignateSystemOfRecord } from './commands/designate-system-of-record.js';
import { RecordFact } from './commands/record-fact.js';
import { RegisterPatient } from './commands/register-patient.js';
import { RegisterSource } from './commands/register-source.js';
import { ReinstateSource } from './commands/reinstate-source.js';
import { RetractFact } from './commands/retract-fact.js';
import { SuspendSource } from './commands/suspend-source.js';
import { UpdateDemographics } from './commands/update-demographics.js';

/** THE list of commands. */
export const COMMANDS = {
  'register-source': RegisterSource,
  'suspend-source': SuspendSource,
  'reinstate-source': ReinstateSource,
  'register-patient': RegisterPatient,
  'update-demographics': UpdateDemographics,
  'record-fact': RecordFact,
  'correct-fact': CorrectFact,
  'retract-fact': RetractFact,
  'designate-system-of-record': DesignateSystemOfRecord,
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandBody<N extends CommandName> = Static<(typeof COMMANDS)[N]>;
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
