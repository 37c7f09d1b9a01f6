import { aesGcmOpen, aesGcmSeal, fromUtf8, sha256Hex, utf8 } from '@careledger/crypto';
import type { Database } from '@careledger/service-kit/sqlite';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';

/** How long somebody has to sign in elsewhere. */
const LIFETIME_S = 600;

/** What only this provider knows of a sign-in that it sent elsewhere. */
export interface Pending {
  /** The interaction here that goes on with it. */
  readonly uid: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

const nowS = (): number => Math.floor(Date.now() / 1_000);
const row = (hashed: string): Uint8Array => utf8(`upstream_sign_ins/${hashed}`);

/** Sign-ins that are under way elsewhere, each good once. */
export class PendingSignIns {
  constructor(
    readonly database: Database,
    readonly key: Uint8Array,
  ) {}

  begin(uid: string): Pending & { readonly state: string } {
    const state = randomState();
    const pending = { uid, nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const hashed = sha256Hex(state);
    this.database.transaction(() => {
      this.database.prepare('DELETE FROM upstream_sign_ins WHERE expires_s < ?').run(nowS());
      this.database
        .prepare('INSERT INTO upstream_sign_ins (state_sha256, pending, expires_s) VALUES (?, ?, ?)')
        .run(hashed, aesGcmSeal(this.key, utf8(JSON.stringify(pending)), row(hashed)), nowS() + LIFETIME_S);
    });
    return { ...pending, state };
  }

  /** That of a state, which stays pending. */
  find(state: string): Pending | undefined {
    const hashed = sha256Hex(state);
    const found = this.database
      .prepare('SELECT pending FROM upstream_sign_ins WHERE state_sha256 = ? AND expires_s >= ?')
      .get(hashed, nowS()) as { readonly pending: Uint8Array } | undefined;
    const opened = found && aesGcmOpen(this.key, found.pending, row(hashed));
    return opened && (JSON.parse(fromUtf8(opened)) as Pending);
  }

  /** From now on the state is nobody's. */
  end(state: string): void {
    this.database.transaction(() =>
      this.database.prepare('DELETE FROM upstream_sign_ins WHERE state_sha256 = ?').run(sha256Hex(state)),
    );
  }
}
