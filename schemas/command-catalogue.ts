import type { Static } from '@sinclair/typebox';
import { AnswerAmendment } from './commands/answer-amendment.js';
import { ApproveChange } from './commands/approve-change.js';
import { CorrectFact } from './commands/correct-fact.js';
import { DesignateSystemOfRecord } from './commands/designate-system-of-record.js';
import { ErasePatient } from './commands/erase-patient.js';
import { LinkPatients } from './commands/link-patients.js';
import { MergePatients } from './commands/merge-patients.js';
import { PlaceLegalHold } from './commands/place-legal-hold.js';
import { ProposeChange } from './commands/propose-change.js';
import { RecordFact } from './commands/record-fact.js';
import { RegisterPatient } from './commands/register-patient.js';
import { RegisterSource } from './commands/register-source.js';
import { ReinstateSource } from './commands/reinstate-source.js';
import { RejectChange } from './commands/reject-change.js';
import { ReleaseLegalHold } from './commands/release-legal-hold.js';
import { ReopenConflict } from './commands/reopen-conflict.js';
import { ReportKeyCompromise } from './commands/report-key-compromise.js';
import { RequestAmendment } from './commands/request-amendment.js';
import { Reseal } from './commands/reseal.js';
import { ResumeKey } from './commands/resume-key.js';
import { RetractFact } from './commands/retract-fact.js';
import { ReviewChange } from './commands/review-change.js';
import { RotateKey } from './commands/rotate-key.js';
import { SettleConflict } from './commands/settle-conflict.js';
import { StateDisagreement } from './commands/state-disagreement.js';
import { SuspendKey } from './commands/suspend-key.js';
import { SuspendSource } from './commands/suspend-source.js';
import { UnlinkPatients } from './commands/unlink-patients.js';
import { UnmergePatients } from './commands/unmerge-patients.js';
import { UpdateDemographics } from './commands/update-demographics.js';
import { WithdrawDesignation } from './commands/withdraw-designation.js';

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
  'link-patients': LinkPatients,
  'unlink-patients': UnlinkPatients,
  'merge-patients': MergePatients,
  'unmerge-patients': UnmergePatients,
  'erase-patient': ErasePatient,
  'place-legal-hold': PlaceLegalHold,
  'release-legal-hold': ReleaseLegalHold,
  'settle-conflict': SettleConflict,
  'reopen-conflict': ReopenConflict,
  'withdraw-designation': WithdrawDesignation,
  'propose-change': ProposeChange,
  'approve-change': ApproveChange,
  'reject-change': RejectChange,
  'review-change': ReviewChange,
  'request-amendment': RequestAmendment,
  'answer-amendment': AnswerAmendment,
  'state-disagreement': StateDisagreement,
  'rotate-key': RotateKey,
  'suspend-key': SuspendKey,
  'resume-key': ResumeKey,
  reseal: Reseal,
  'report-key-compromise': ReportKeyCompromise,
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandBody<N extends CommandName> = Static<(typeof COMMANDS)[N]>;
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
