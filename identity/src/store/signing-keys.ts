import { randomUUID } from 'node:crypto';
import { aesGcmOpen, aesGcmSeal, fromUtf8, utf8 } from '@careledger/crypto';
import type { Database } from '@careledger/service-kit/sqlite';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** What every OpenID client can verify. */
export const SIGNING_ALGORITHM = 'RS256';
/** The newest signs; tokens of the one before go on until they end. */
const KEPT_KEYS = 2;

const row = (kid: string): Uint8Array => utf8(`signing_keys/${kid}`);

/** The keys that sign tokens, each encrypted in the store. */
export class SigningKeys {
  constructor(
    readonly database: Database,
    readonly key: Uint8Array,
  ) {}

  /** Private keys, the one that signs first. Makes the first one. */
  async all(): Promise<JWK[]> {
    if (this.#stored().length === 0) await this.rotate();
    return this.#stored().map(({ kid, jwk }) => {
      const opened = aesGcmOpen(this.key, jwk, row(kid));
      if (opened === undefined)
        throw new Error(
          `The key ${kid} was altered, or belongs to another key store: restore both from one backup`,
        );
      return JSON.parse(fromUtf8(opened)) as JWK;
    });
  }

  /** Makes a new key, which signs from the next start on; of those before the newest alone stays. @returns its kid */
  async rotate(): Promise<string> {
    const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const kid = randomUUID();
    const jwk = { ...(await exportJWK(privateKey)), kid, alg: SIGNING_ALGORITHM, use: 'sig' };
    this.database.transaction(() => {
      this.database
        .prepare('INSERT INTO signing_keys (kid, jwk) VALUES (?, ?)')
        .run(kid, aesGcmSeal(this.key, utf8(JSON.stringify(jwk)), row(kid)));
      this.database
        .prepare(
          'DELETE FROM signing_keys WHERE place NOT IN (SELECT place FROM signing_keys ORDER BY place DESC LIMIT ?)',
        )
        .run(KEPT_KEYS);
    });
    return kid;
  }

  #stored(): { readonly kid: string; readonly jwk: Uint8Array }[] {
    return this.database
      .prepare('SELECT kid, jwk FROM signing_keys ORDER BY place DESC')
      .all() as unknown as {
      kid: string;
      jwk: Uint8Array;
    }[];
  }
}
