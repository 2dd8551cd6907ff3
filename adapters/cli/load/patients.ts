import { identifierText } from '../../../domain/identity/identifiers.js';
import { CliProblem } from '../problem.js';
import type { BulkSender, LineResult } from './bulk-sender.js';
import type { Found, Identifier } from './found.js';
import { bodyOf, lineOf } from './lines.js';

const ATTEMPTS_AT_MOST = 12;
const LONGEST_PAUSE_MS = 5000;

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly patientId: string | null;
}

/**
 * Finds or makes the patient of each Patient resource. A known patient is found by sending the demographics under one of
 * its identifiers, in the body: an identifier has no place in a URL, where logs and proxies see it. Only a patient that no
 * identifier finds is registered; one whose identifier is ambiguous is left to a steward, in the quarantine.
 */
export class PatientDesk {
  readonly #inFlight = new Map<string, Promise<unknown>>();

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly sender: BulkSender,
  ) {}

  /** Two resources that share an identifier are worked on one after the other, so that the second finds the first. */
  async resolve(found: Found): Promise<LineResult> {
    const keys = found.identifiers.map(({ system, value }) => identifierText(system, value));
    for (let before = this.#before(keys); before !== undefined; before = this.#before(keys)) await before;
    const work = this.#find(found);
    const settled = work.catch(() => undefined);
    for (const key of keys) this.#inFlight.set(key, settled);
    try {
      return await work;
    } finally {
      for (const key of keys) if (this.#inFlight.get(key) === settled) this.#inFlight.delete(key);
    }
  }

  #before(keys: readonly string[]): Promise<unknown> | undefined {
    return keys.map((key) => this.#inFlight.get(key)).find((work) => work !== undefined);
  }

  async #find(found: Found): Promise<LineResult> {
    if (found.form === 'resource' && found.recordId !== null) {
      for (const identifier of found.identifiers) {
        const result = await this.#update(found, identifier);
        if (result !== null) return result;
      }
    }
    return this.sender.ask(lineOf('register-patient', bodyOf(found, null)));
  }

  /** Null when nobody has this identifier. A refusal is sent again through the bulk route, which keeps it. */
  async #update(found: Found, identifier: Identifier): Promise<LineResult | null> {
    const body = bodyOf(found, { identifier });
    const { status, code, patientId } = await this.#post('update-demographics', body);
    if (status === 200 || status === 201) return { kind: status === 200 ? 'repeated' : 'recorded', code: null, patientId };
    if (code === 'unknown-patient') return null;
    return this.sender.ask(lineOf('update-demographics', body));
  }

  async #post(command: string, body: string): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#tryPost(command, body);
      if (answer !== null && answer.status !== 503) return answer;
      if (attempt >= ATTEMPTS_AT_MOST) throw new CliProblem('The ledger does not answer. Run the same command again to complete the load.');
      await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_PAUSE_MS, 100 * 2 ** attempt)));
    }
  }

  async #tryPost(command: string, body: string): Promise<Answer | null> {
    try {
      const response = await fetch(`${this.url}/v1/commands/${command}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        body,
      });
      const { code = null, patientId = null } = (await response.json()) as Partial<Answer>;
      return { status: response.status, code, patientId };
    } catch {
      return null;
    }
  }
}
