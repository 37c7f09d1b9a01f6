import { aesGcmOpen, aesGcmSeal, fromUtf8, sha256Hex, utf8 } from '@careledger/crypto';
import type { Database } from '@careledger/service-kit/sqlite';
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Row {
  readonly payload: Uint8Array;
  readonly consumed: number | null;
}

const nowS = (): number => Math.floor(Date.now() / 1_000);

/**
 * What `oidc-provider` remembers of one model. Ids are secrets (codes, refresh tokens, cookies): the store has their hashes,
 * and everything else encrypted, so that whoever copies it signs in as nobody.
 */
export class ArtifactStore implements Adapter {
  constructor(
    readonly database: Database,
    readonly model: string,
    readonly key: Uint8Array,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresInS?: number): Promise<void> {
    const hashed = sha256Hex(id);
    const { grantId, uid } = payload;
    const expiresS = expiresInS === undefined ? null : nowS() + expiresInS;
    this.database.transaction(() => {
      this.database.prepare('DELETE FROM artifacts WHERE expires_s < ?').run(nowS());
      this.database
        .prepare(
          `INSERT INTO artifacts (model, id_sha256, grant_sha256, uid_sha256, payload, expires_s)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET grant_sha256 = excluded.grant_sha256, uid_sha256 = excluded.uid_sha256,
             payload = excluded.payload, expires_s = excluded.expires_s`,
        )
        .run(
          ...[this.model, hashed, hashedOrNull(grantId), hashedOrNull(uid)],
          aesGcmSeal(this.key, utf8(JSON.stringify(payload)), this.#row(hashed)),
          expiresS,
        );
    });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#read(sha256Hex(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const row = this.database
      .prepare('SELECT id_sha256 AS hashed FROM artifacts WHERE model = ? AND uid_sha256 = ?')
      .get(this.model, sha256Hex(uid)) as { readonly hashed: string } | undefined;
    return row && this.#read(row.hashed);
  }

  /** The device flow is off. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    this.database.transaction(() =>
      this.database
        .prepare('UPDATE artifacts SET consumed_s = ? WHERE model = ? AND id_sha256 = ?')
        .run(nowS(), this.model, sha256Hex(id)),
    );
  }

  async destroy(id: string): Promise<void> {
    this.database.transaction(() =>
      this.database
        .prepare('DELETE FROM artifacts WHERE model = ? AND id_sha256 = ?')
        .run(this.model, sha256Hex(id)),
    );
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    this.database.transaction(() =>
      this.database.prepare('DELETE FROM artifacts WHERE grant_sha256 = ?').run(sha256Hex(grantId)),
    );
  }

  #read(hashed: string): AdapterPayload | undefined {
    const row = this.database
      .prepare(
        `SELECT payload, consumed_s AS consumed FROM artifacts
         WHERE model = ? AND id_sha256 = ? AND (expires_s IS NULL OR expires_s >= ?)`,
      )
      .get(this.model, hashed, nowS()) as Row | undefined;
    if (row === undefined) return undefined;
    const opened = aesGcmOpen(this.key, row.payload, this.#row(hashed));
    if (opened === undefined)
      throw new Error('The store was altered, or belongs to another key store: restore both from one backup');
    const payload = JSON.parse(fromUtf8(opened)) as AdapterPayload;
    return row.consumed === null ? payload : { ...payload, consumed: row.consumed };
  }

  #row(hashed: string): Uint8Array {
    return utf8(`artifacts/${this.model}/${hashed}`);
  }
}

const hashedOrNull = (id: string | undefined): string | null => (id === undefined ? null : sha256Hex(id));
