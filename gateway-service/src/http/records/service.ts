import { timestampOf } from '@careledger/domain';
import type { SignatureVerifier } from '@careledger/crypto';
import { ProblemError, fromCursor, pageOfRows } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayCore } from '../../core.js';
import type { OwnVersionStore } from '../../delivery/own-version-store.js';
import type { ProblemCode } from '../../problems.js';
import { openOwnRecord } from '../../records/own-record.js';
import type { OwnVersion } from '../../records/own-version.js';
import type { OpenedRecord, RecordsPage, RecordsQuery, VersionView } from './schemas.js';

export interface RecordServiceOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly versions: OwnVersionStore;
  readonly verifier: SignatureVerifier;
}

/** Records that this gateway has made of a patient's readings. */
export class RecordService {
  readonly #options: RecordServiceOptions;

  constructor(options: RecordServiceOptions) {
    this.#options = options;
  }

  /** Every version, newest first. */
  list(patientId: string, { kind, cursor, limit }: RecordsQuery): RecordsPage {
    const { core, versions } = this.#options;
    const { patientNo } = core.patients.get(patientId);
    const before = cursor === undefined ? undefined : fromCursor(cursor, Type.Integer());
    const rows = versions.list(patientNo, { kind, before, limit: limit + 1 });
    const page = pageOfRows(rows, limit, ({ versionNo }) => versionNo);
    return { records: page.rows.map((version) => this.#view(version)), next: page.next };
  }

  /** Decrypted from this gateway's own copy; the newest version unless one is named. */
  async open(patientId: string, recordId: string, wantedVersion?: number): Promise<OpenedRecord> {
    const { core, versions } = this.#options;
    const patient = core.patients.get(patientId);
    const version = versions.find(recordId, wantedVersion);
    if (version?.patientNo !== patient.patientNo)
      throw new ProblemError<ProblemCode>('RECORD_NOT_FOUND', `There is no such version of ${recordId} here`);
    if (!versions.hasContent(version.versionNo))
      throw new ProblemError<ProblemCode>(
        'RECORD_NOT_FOUND',
        `The content of this version was made before a backup: ask for the version after ${version.version}`,
      );
    return { record: this.#view(version), content: await openOwnRecord(this.#options, patient, version) };
  }

  #view(version: OwnVersion): VersionView {
    return {
      recordId: version.recordId,
      version: version.version,
      patientId: this.#options.core.patients.byNo(version.patientNo).patientId,
      kind: version.kind,
      period: { start: version.periodStart, end: version.periodEnd },
      stage: version.stage,
      ...(version.refusal !== null && { refusal: version.refusal }),
      providerId: version.providerId,
      manifestHash: version.manifestHash,
      madeAt: timestampOf(version.madeMs),
      ...(version.storeTx !== null && { storeTxId: version.storeTx }),
      ...(version.announceTx !== null && { announceTxId: version.announceTx }),
    };
  }
}
