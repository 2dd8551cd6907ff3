import { LedgerFault } from '../../domain/rejections.js';
import { Pkcs11Refused } from './cryptoki.js';
import { Hsm, type HsmOptions, type HsmState, type Prove } from './hsm.js';
import type { TokenLink } from './token.js';

interface Shared {
  readonly token: string;
  readonly hsm: Promise<Hsm>;
  users: number;
}

const inUse = new Map<string, Shared>();
const ending = new Map<string, Promise<void>>();

/**
 * The one link that a process has with a library. PKCS#11 gives no choice: initialising, logging in and finalising hold for
 * the whole process, so two users of a library would end each other's sessions.
 */
export interface SharedHsm {
  readonly state: HsmState;
  run<T>(work: (link: TokenLink) => Promise<T>): Promise<T>;
  release(): Promise<void>;
}

export async function shareHsm(options: HsmOptions, prove: Prove): Promise<SharedHsm> {
  const { library } = options;
  const token = JSON.stringify([options.token.label, options.token.serial]);
  while (ending.has(library)) await ending.get(library);
  const known = inUse.get(library);
  if (known !== undefined && known.token !== token) throw new Pkcs11Refused('this process uses another token of this library already');
  const shared = known ?? { token, hsm: Hsm.open(options, prove), users: 0 };
  inUse.set(library, shared);
  shared.users += 1;
  let released: Promise<void> | undefined;
  const release = () => {
    released ??= leave(library, shared);
    return released;
  };
  try {
    const hsm = await shared.hsm;
    return {
      get state() {
        return released === undefined ? hsm.state : 'closed';
      },
      run: (work) => (released === undefined ? hsm.run(work) : Promise.reject(new LedgerFault('keys-unavailable'))),
      release,
    };
  } catch (fault) {
    if (inUse.get(library) === shared) inUse.delete(library);
    throw fault;
  }
}

async function leave(library: string, shared: Shared): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0) return;
  inUse.delete(library);
  const end = shared.hsm.then((hsm) => hsm.close()).finally(() => ending.delete(library));
  // Who opens next waits for the end, however it goes; who closed hears of its fault.
  ending.set(
    library,
    end.catch(() => undefined),
  );
  await end;
}
