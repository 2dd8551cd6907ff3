import { strict as assert } from 'node:assert';
import { createHash, randomUUID } from 'node:crypto';
import { execute } from '../../../commands/execute.js';
import { States } from '../../../commands/states.js';
import { type KeysCommand, keysDecider } from '../../../domain/keys/decide.js';
import { streams } from '../../../domain/streams.js';
import { systemClock } from '../../clock.js';
import type { Config } from '../../config.js';
import { LEDGER_ACTOR } from '../../keys/ledger-voice.js';
import { openEventStore } from '../../stores.js';

/** Says in each tenant's log that a root key is destroyed; where that stands already, nothing more. */
export async function sayDestroyed(config: Config, rootId: string, tenants: readonly string[]): Promise<void> {
  const { store } = await openEventStore(config, () => undefined);
  try {
    const tools = { ids: { next: () => randomUUID() }, clock: systemClock(), digest: { sha256Hex } };
    const because = randomUUID();
    const state = { keyId: rootId, level: 'root' as const, patientId: null, generation: null, to: 'destroyed' as const, because };
    const command: KeysCommand = { name: 'say-destroyed', state };
    for (const tenant of tenants) {
      const envelope = { tenant, actor: LEDGER_ACTOR, purpose: 'SYSADMIN', correlationId: because, causationId: because, idempotency: null };
      const job = { decider: keysDecider, command, envelope, ring: null, expected: null, sizeBytes: 0 };
      const [outcome] = await execute({ store, states: new States(store), ...tools }, streams.keys(tenant), [job]);
      // No rule refuses it. Should one do so some day, the root key must not go unsaid.
      assert.equal(outcome?.kind, 'done', 'the destruction of a root key could not be said');
    }
  } finally {
    await store.close();
  }
}

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');
