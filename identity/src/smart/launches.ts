import { randomBytes } from 'node:crypto';
import { sha256Hex } from '@careledger/crypto';
import type { Database } from '@careledger/service-kit/sqlite';

const LAUNCH_BYTES = 24;
/** How long an app that was launched has until it asks. */
export const LAUNCH_LIFETIME_S = 300;

const nowS = (): number => Math.floor(Date.now() / 1_000);

/** The patient whom tokens are about: of a launch from within another program, and of a grant. */
export class Launches {
  constructor(readonly database: Database) {}

  /** What a program hands to an app that it launches, in the parameter `launch`. */
  make(patientId: string): string {
    const launch = randomBytes(LAUNCH_BYTES).toString('base64url');
    this.database.transaction(() => {
      this.database.prepare('DELETE FROM launches WHERE expires_s < ?').run(nowS());
      this.database
        .prepare('INSERT INTO launches (id_sha256, patient_id, expires_s) VALUES (?, ?, ?)')
        .run(sha256Hex(launch), patientId, nowS() + LAUNCH_LIFETIME_S);
    });
    return launch;
  }

  /** The patient of a launch, while it is good. */
  find(launch: string): string | undefined {
    const row = this.database
      .prepare('SELECT patient_id AS patientId FROM launches WHERE id_sha256 = ? AND expires_s >= ?')
      .get(sha256Hex(launch), nowS()) as { readonly patientId: string } | undefined;
    return row?.patientId;
  }

  /** While the grant is kept its tokens are about the patient; a launch is good for one grant. */
  bind(grantId: string, patientId: string, launch: string | undefined): void {
    this.database.transaction(() => {
      if (launch !== undefined)
        this.database.prepare('DELETE FROM launches WHERE id_sha256 = ?').run(sha256Hex(launch));
      this.database
        .prepare('INSERT INTO contexts (grant_sha256, patient_id) VALUES (?, ?)')
        .run(sha256Hex(grantId), patientId);
    });
  }

  patientOf(grantId: string | undefined): string | undefined {
    if (grantId === undefined) return undefined;
    const row = this.database
      .prepare('SELECT patient_id AS patientId FROM contexts WHERE grant_sha256 = ?')
      .get(sha256Hex(grantId)) as { readonly patientId: string } | undefined;
    return row?.patientId;
  }
}
