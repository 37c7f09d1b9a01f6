import type { TagGroups } from '@careledger/domain';
import type { Store } from '../store/store.js';

/** Why what is announced as a direct notice's version is not what the notice carried. */
export const MISMATCHES = ['AUTHOR_MISMATCH', 'MANIFEST_HASH_MISMATCH'] as const;
export type Mismatch = (typeof MISMATCHES)[number];

/** What a notice carried, as it came: sealed, and opened for whoever reads it. */
export type NoticeContent =
  | {
      readonly form: 'record';
      readonly manifest: string;
      readonly manifestHash: string;
      /** The content key for this authority. */
      readonly wrap: string;
      readonly ciphertext: Uint8Array;
      readonly tagGroups: TagGroups;
    }
  /** Of a former release: a bundle sealed to this authority, without the record that it tells of. */
  | { readonly form: 'bundle'; readonly sealed: string };

/** A direct emergency notice, without what it carried. */
export interface KeptEmergency {
  readonly patientId: string;
  readonly sid: string;
  /** Of the statement: tells a repetition from another one. */
  readonly hash: string;
  readonly recordId: string;
  readonly version: number;
  /** By the statement's own word; of a notice of a former release, when it came. */
  readonly issuedAt: string;
  readonly noticeId: number;
  readonly receivedAt: string;
  /** `noticeReceipt`; null for a notice of a former release. */
  readonly receipt: string | null;
  /** When its announcement was seen on the ledger, or the notice came after it. */
  readonly matchedAt: string | null;
  readonly mismatch: Mismatch | null;
}

/** An announced version, as far as it is compared with a notice. */
export interface Announced {
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
  readonly author: string;
  readonly manifestHash: string;
}

interface ContentRow {
  readonly manifest: string | null;
  readonly manifestHash: string | null;
  readonly wrap: string | null;
  readonly ciphertext: Uint8Array | null;
  readonly tagGroups: string | null;
  readonly sealed: string | null;
}

const COLUMNS = `patient_id AS patientId, sid, hash, record_id AS recordId, version, issued_at AS issuedAt,
  notice_id AS noticeId, received_at AS receivedAt, receipt, matched_at AS matchedAt, mismatch`;

/** Direct emergency notices. Writing only within `store.commit`. */
export class EmergencyStore {
  constructor(readonly store: Store) {}

  find(patientId: string, sid: string): KeptEmergency | undefined {
    return this.store.get(
      `SELECT ${COLUMNS} FROM emergencies WHERE patient_id = ? AND sid = ?`,
      patientId,
      sid,
    );
  }

  ofNotice(noticeId: number): KeptEmergency | undefined {
    return this.store.get(`SELECT ${COLUMNS} FROM emergencies WHERE notice_id = ?`, noticeId);
  }

  /** Whether a direct notice told of this version. */
  tellsOf({ patientId, recordId, version }: Announced): boolean {
    const row = this.store.get(
      'SELECT 1 FROM emergencies WHERE patient_id = ? AND record_id = ? AND version = ?',
      patientId,
      recordId,
      version,
    );
    return row !== undefined;
  }

  content({ patientId, sid }: Pick<KeptEmergency, 'patientId' | 'sid'>): NoticeContent | undefined {
    const row = this.store.get<ContentRow>(
      `SELECT manifest, manifest_hash AS manifestHash, wrap, ciphertext, tag_groups AS tagGroups, sealed
       FROM emergencies WHERE patient_id = ? AND sid = ?`,
      patientId,
      sid,
    );
    if (row === undefined) return undefined;
    const { manifest, manifestHash, wrap, ciphertext, tagGroups, sealed } = row;
    if (sealed !== null) return { form: 'bundle', sealed };
    if (
      manifest === null ||
      manifestHash === null ||
      wrap === null ||
      ciphertext === null ||
      tagGroups === null
    )
      throw new Error(`The notice ${sid} is kept without its content`);
    const groups = JSON.parse(tagGroups) as TagGroups;
    return { form: 'record', manifest, manifestHash, wrap, ciphertext, tagGroups: groups };
  }

  put(emergency: KeptEmergency, content: Extract<NoticeContent, { form: 'record' }>): void {
    this.store.run(
      `INSERT INTO emergencies (patient_id, sid, hash, record_id, version, issued_at, received_at, notice_id, receipt,
         matched_at, mismatch, manifest, manifest_hash, wrap, ciphertext, tag_groups)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      emergency.patientId,
      emergency.sid,
      emergency.hash,
      emergency.recordId,
      emergency.version,
      emergency.issuedAt,
      emergency.receivedAt,
      emergency.noticeId,
      emergency.receipt,
      emergency.matchedAt,
      emergency.mismatch,
      content.manifest,
      content.manifestHash,
      content.wrap,
      content.ciphertext,
      JSON.stringify(content.tagGroups),
    );
  }

  /** Keeps the receipt for a notice that has none; returns the one that it has afterwards. */
  keepReceipt({ patientId, sid }: Pick<KeptEmergency, 'patientId' | 'sid'>, receipt: string): string {
    this.store.run(
      'UPDATE emergencies SET receipt = ? WHERE patient_id = ? AND sid = ? AND receipt IS NULL',
      receipt,
      patientId,
      sid,
    );
    return this.find(patientId, sid)?.receipt ?? receipt;
  }

  /**
   * A version was announced: direct notices of this very content are matched, others of the same version are flagged.
   * @returns whether there is one that it matches
   */
  match(announced: Announced): boolean {
    const { patientId, recordId, version } = announced;
    const ofVersion = this.store.all<{ sid: string; manifestHash: string | null; matchedAt: string | null }>(
      `SELECT sid, manifest_hash AS manifestHash, matched_at AS matchedAt FROM emergencies
       WHERE patient_id = ? AND record_id = ? AND version = ?`,
      patientId,
      recordId,
      version,
    );
    const same = ofVersion.filter(({ manifestHash }) => mismatchWith(announced, manifestHash) === null);
    for (const { sid, manifestHash, matchedAt } of ofVersion) {
      const mismatch = mismatchWith(announced, manifestHash);
      if (matchedAt !== null) continue;
      this.store.run(
        'UPDATE emergencies SET matched_at = ?, mismatch = ? WHERE patient_id = ? AND sid = ?',
        mismatch === null ? new Date().toISOString() : null,
        mismatch,
        patientId,
        sid,
      );
    }
    return same.length > 0;
  }

  /**
   * Not seen on the ledger since: received before a time, or something else is announced; newest first.
   * @param window `receivedAfter` and `beforeNoticeId` bound it
   */
  unmatched(window: {
    readonly receivedBefore: string;
    readonly receivedAfter: string;
    readonly beforeNoticeId: number;
    readonly limit: number;
  }): KeptEmergency[] {
    return this.store.all(
      `SELECT ${COLUMNS} FROM emergencies
       WHERE matched_at IS NULL AND notice_id < ? AND received_at >= ? AND (received_at < ? OR mismatch IS NOT NULL)
       ORDER BY notice_id DESC LIMIT ?`,
      window.beforeNoticeId,
      window.receivedAfter,
      window.receivedBefore,
      window.limit,
    );
  }
}

/**
 * Why an announced version is not the one of a notice, null where it is: by its author and its manifest, since whoever was
 * first may have put something else under the same id.
 * @param manifestHash of the notice; null for one of a former release, which named none
 */
export function mismatchWith(announced: Announced, manifestHash: string | null): Mismatch | null {
  if (announced.author !== announced.patientId) return 'AUTHOR_MISMATCH';
  const isSame = manifestHash === null || manifestHash === announced.manifestHash;
  return isSame ? null : 'MANIFEST_HASH_MISMATCH';
}
