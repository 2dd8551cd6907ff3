import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

export const DEVELOPMENT_ISSUER = 'clinical-ledger-development';
export const AUDIENCE = 'clinical-ledger';

export interface TokenRequest {
  readonly tenant: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly organization: string | null;
  readonly mfa: boolean;
  readonly ttlSeconds: number;
}

/**
 * The embedded issuer for development: an Ed25519 key in a file with mode 0600. Whoever reads the file can be anybody, so
 * production refuses it.
 */
export class DevelopmentIssuer {
  private constructor(
    private readonly jwk: JWK,
    readonly keyId: string,
  ) {}

  static async open(path: string): Promise<DevelopmentIssuer> {
    const jwk = (await read(path)) ?? (await create(path));
    return new DevelopmentIssuer(jwk, await calculateJwkThumbprint(jwk));
  }

  async sign(request: TokenRequest): Promise<string> {
    const { tenant, subject, roles, purpose, organization, mfa, ttlSeconds } = request;
    return new SignJWT({ tenant, roles, purpose, organization, amr: mfa ? ['mfa'] : ['pwd'] })
      .setProtectedHeader({ alg: 'EdDSA', kid: this.keyId, typ: 'JWT' })
      .setSubject(subject)
      .setIssuer(DEVELOPMENT_ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${ttlSeconds}s`)
      .sign(await importJWK(this.jwk, 'EdDSA'));
  }

  async verificationKey() {
    const { d: _, ...publicJwk } = this.jwk;
    return importJWK(publicJwk, 'EdDSA');
  }
}

async function read(path: string): Promise<JWK | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JWK;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}

/** Of two processes at once the first writes the file, the other reads it. */
async function create(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(privateKey);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    await handle.writeFile(`${JSON.stringify(jwk)}\n`);
    await handle.sync();
    await handle.close();
    return jwk;
  } catch (fault) {
    const existing = await read(path);
    if (existing === undefined) throw fault;
    return existing;
  }
}
