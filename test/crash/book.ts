/** What was sent, and what was answered: the campaign's own memory, which no crash touches. */
export interface Receipt {
  readonly eventIds: readonly string[];
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly patientId?: string;
}

export interface Sent {
  readonly name: string;
  readonly source: string;
  readonly body: string;
  readonly idempotencyKey: string | null;
  /** Which patient it is about; unknown for a registration. */
  readonly patientId: string | null;
  /** Null until it is acknowledged. */
  receipt: Receipt | null;
}

/** A record that one actor has sent: only that actor corrects or retracts it, one command at a time. */
export interface SourceRecord {
  readonly source: string;
  readonly patientId: string;
  readonly sourceRecordId: string;
  readonly code: number;
  version: number;
  retracted: boolean;
}

export class Book {
  readonly patients: string[] = [];
  /** Registered under this identifier. */
  readonly identifiers = new Map<string, string>();
  sent: Sent[] = [];
  /** Correlation ids of the reads that were answered. */
  reads: string[] = [];
  /** Receipts of everything ever acknowledged: which command each event of the log belongs to. */
  readonly events = new Map<string, Receipt>();
  number = 0;
  /** While the log's server is taken away the ledger may answer that it cannot be reached. */
  outage = false;

  send(command: Omit<Sent, 'receipt'>): Sent {
    const sent: Sent = { ...command, receipt: null };
    this.sent.push(sent);
    return sent;
  }

  acknowledge(sent: Sent, receipt: Receipt): void {
    sent.receipt = receipt;
    for (const id of receipt.eventIds) this.events.set(id, receipt);
    if (sent.name === 'register-patient' && receipt.patientId !== undefined) {
      const mrn = /MRN-[\w-]+/.exec(sent.body)?.[0] ?? '';
      if (!this.identifiers.has(mrn)) this.patients.push(receipt.patientId);
      this.identifiers.set(mrn, receipt.patientId);
    }
  }

  unacknowledged(): Sent[] {
    return this.sent.filter(({ receipt }) => receipt === null);
  }

  /** Patients whom this round's commands were about. */
  touched(): string[] {
    return [...new Set(this.sent.map(({ patientId, receipt }) => patientId ?? receipt?.patientId).filter((id) => id !== undefined && id !== null))];
  }

  nextRound(): void {
    this.sent = [];
    this.reads = [];
  }
}
