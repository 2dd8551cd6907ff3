import { decodeJwt } from 'jose';
import { asked, type Connection, connect } from '../connect.js';
import { CliProblem } from '../problem.js';
import type { KeysOverview } from './overview.js';

const LOOK_AT_FIRST_MS = 100;
/** Each look is an access on record: they become rare. */
const LOOK_AT_MOST_MS = 5000;
const DONE_WITHIN_MS = 600_000;

export interface Receipt {
  readonly changeId?: string;
}

/** A tenant's keys as the privacy officer sees them through a ledger. */
export interface KeysDesk {
  readonly url: string;
  get(path: string): Promise<string>;
  send(command: string, body: object): Promise<Receipt>;
  keys(): Promise<{ readonly text: string; readonly keys: KeysOverview }>;
  /** Looks until there is something to see; undefined when it took too long, and goes on without us. */
  until<T>(see: (keys: KeysOverview) => T | undefined): Promise<T | undefined>;
}

/** Opens the desk for one piece of work, and closes what was opened for it. */
export async function keysDesk(tenant: string, work: (desk: KeysDesk) => Promise<void>): Promise<void> {
  const connection = await connect();
  process.stderr.write(`${connection.words}\n`);
  try {
    const token = await connection.token({ tenant, subject: 'command-line', roles: ['privacy-officer'], purpose: 'HCOMPL' });
    refuseOtherTenant(token, tenant);
    await work(deskAt(connection, `Bearer ${token}`));
  } finally {
    await connection.close();
  }
}

/** A token that was given names its own tenant, and it would be that one's keys that change. */
function refuseOtherTenant(token: string, tenant: string): void {
  let named: unknown;
  try {
    named = decodeJwt(token)['tenant'];
  } catch {
    // No JWT at all: the ledger refuses it, with its own words.
    return;
  }
  if (named !== tenant) throw new CliProblem('LEDGER_TOKEN is not a token of the tenant that --tenant names.');
}

function deskAt({ url }: Connection, authorization: string): KeysDesk {
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization } });
    const text = await response.clone().text();
    await asked(response);
    return text;
  };
  const keys = async () => {
    const text = await get('/v1/keys');
    return { text, keys: JSON.parse(text) as KeysOverview };
  };
  return {
    url,
    get,
    keys,
    send: async (command, body) => {
      const headers = { authorization, 'content-type': 'application/json' };
      return asked(await fetch(`${url}/v1/commands/${command}`, { method: 'POST', headers, body: JSON.stringify(body) }));
    },
    until: async (see) => {
      const endMs = Date.now() + DONE_WITHIN_MS;
      for (let waitMs = LOOK_AT_FIRST_MS; Date.now() < endMs; waitMs = Math.min(waitMs * 2, LOOK_AT_MOST_MS)) {
        const seen = see((await keys()).keys);
        if (seen !== undefined) return seen;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      return undefined;
    },
  };
}
