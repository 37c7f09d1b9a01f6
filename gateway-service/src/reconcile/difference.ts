import type { ChannelName } from '@careledger/domain';
import type { Patient } from '../patients/index.js';

/** Where two of those who know of a patient's data do not agree, and what mends it. */
export const DIFFERENCE_CODES = {
  GRANT_MISSING:
    'One channel has a grant or denial that the other lacks: it is sent again, where its statement is here',
  GRANT_NOT_REVOKED:
    'One channel has ended a grant, the other has not: whoever has the revocation sends it again',
  RECORD_NOT_STORED: 'This gateway holds the version for stored, and `cloud` has none: it is stored again',
  RECORD_NOT_ANNOUNCED:
    'This gateway holds the version for announced, and `authorities` has none: it is announced again',
  RECORD_FORGOTTEN:
    '`cloud` has a version of the patient’s own that this gateway does not know: its store was put back. It is taken over when what it is about is made again',
  RECORD_UNANNOUNCED_BY_AUTHOR:
    '`cloud` has a version by an authority that `authorities` lacks: its author announces it',
  RECORD_UNSTORED_BY_AUTHOR:
    '`authorities` has a version by an authority that `cloud` lacks: its author stores it',
  CONFIRMATION_MISSING:
    'This gateway holds the tags of a version by an authority for confirmed, and the channel has no word of it: they are confirmed again',
  RECORD_LOST:
    'The ledger has the version, and its provider does not: the provider restores its backup, or the author writes the next version',
  WRAPS_UNPROVEN:
    'A provider holds wraps without the signatures that prove them: it restores its backup. Readers refuse them meanwhile',
  WRAPS_DIFFER: 'A provider holds other wraps than the grants give: they are settled again',
  DELETION_UNATTESTED:
    'A provider has not attested within an hour that the wraps which a revocation ended are deleted: ask it. Until then it may hold them',
  COPY_END_UNATTESTED:
    'An authority has not attested within an hour of the end of a grant that the copy which it let it keep is destroyed: ask it. Until then it may hold it',
  VISIT_NOT_RELATED: '`authorities` has a visit that `cloud` lacks: its authority has it related again',
  VISIT_NOT_RECORDED: '`cloud` has a visit that `authorities` lacks: its authority records it',
  ATTESTATION_CONTRADICTED:
    'An organisation attests what this organisation’s peer has not: one of the two is wrong, or lies. Ask it, and withdraw the attestor’s key',
} as const;
export type DifferenceCode = keyof typeof DIFFERENCE_CODES;

export interface Difference {
  readonly code: DifferenceCode;
  readonly patientId: string;
  /** The channel that lacks something; null where it is about no single one. */
  readonly channel: ChannelName | null;
  /**
   * What it is about: a grant's id, `recordId/version`, `authorityId/visitId`, `authorityId/grantId`, `mspId/txId`,
   * `providerId/policyVersion`.
   */
  readonly about: string;
}

export interface Found extends Omit<Difference, 'patientId'> {
  /** Puts the work that mends it where such work lies. Twice does no more than once. Absent where others have to. */
  readonly repair?: () => void;
  /** What mends it is on its way already, asked for or not. */
  readonly isSent?: true;
}

/** One kind of things, compared wherever they are. */
export interface Comparison {
  /** Differences of a patient. What is on its way differs by nature, and is none. @throws LedgerError; HttpClientError where a provider cannot be asked */
  compare(patient: Patient, signal: AbortSignal): Promise<Found[]>;
}
