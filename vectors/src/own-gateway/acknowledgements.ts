import type { KeyPeriod, StatementBody } from '@careledger/contracts';
import { signJws, toBase64url, type JsonObject, type Signer } from '@careledger/crypto';
import type { Vector } from '@careledger/spec';
import { readStatement, statementHash } from '@careledger/statements';
import {
  AUTHORITY,
  NOW,
  OTHER_PATIENT,
  PRACTITIONER,
  altered,
  common,
  formerHospital,
  gateway,
  hospital,
  patientId,
  said,
  stranger,
  type OwnGatewayVector,
} from './fixtures.js';

/** An authority's acknowledgement, and the notice that it was told. */
type AcknowledgementVector = OwnGatewayVector & {
  kind: 'acknowledgement';
  /** The gateway's notice to this authority, as it was sent. */
  notice: string;
  authority: { authorityId: string; signingKeys: readonly KeyPeriod[] };
};

const RECORD = `rec_${'e'.repeat(32)}`;
const NOTICED = NOW - 600;
const ROTATED = '2025-12-31T23:55:00.000Z';
const time = (seconds: number): string => new Date(seconds * 1_000).toISOString();

const noticeBody: StatementBody<'emergencyNotice'> = {
  ...{ patientId, recordId: RECORD, seed: toBase64url(new Uint8Array(32).fill(7)), version: 2 },
  period: { start: time(NOTICED - 60), end: time(NOTICED) },
  ...{ authorityId: AUTHORITY, tagGroups: [] },
  manifest: signJws(
    { typ: 'careledger.manifest+jws', payload: { of: 'the version' } satisfies JsonObject },
    gateway,
  ),
  // Not read here: whoever acknowledges has opened it.
  wrap: 'e30.e30.e30.e30.e30',
};
const notice = said('emergencyNotice', noticeBody, { iat: NOTICED, signer: gateway });
const { sid: noticeSid } = readStatement(notice).payload;

const byNobody = {
  ...{ patientId, recordId: RECORD, version: 2, noticeSid, noticeHash: statementHash(notice) },
  acknowledgedAt: time(NOW - 30),
};
const body: StatementBody<'acknowledgement'> = { ...byNobody, practitionerId: PRACTITIONER };
const base = {
  kind: 'acknowledgement' as const,
  ...common,
  notice,
  authority: {
    authorityId: AUTHORITY,
    signingKeys: [
      { key: toBase64url(formerHospital.publicKey), from: '2025-01-01T00:00:00.000Z', until: ROTATED },
      { key: toBase64url(hospital.publicKey), from: ROTATED },
    ],
  },
};

interface By {
  readonly iss?: string;
  readonly signer?: Signer;
  readonly iat?: number;
  readonly aud?: string;
  readonly as?: 'noticeReceipt';
}
const by = (more: Partial<StatementBody<'acknowledgement'>> = {}, how: By = {}): string =>
  said('acknowledgement', { ...body, ...more }, { iss: AUTHORITY, signer: hospital, ...how });

export function validAcknowledgements(): Vector<AcknowledgementVector>[] {
  const valid = (name: string, description: string, token: string) => ({
    ...{ name: `acknowledgement-${name}`, description, ...base, token, hash: statementHash(token) },
  });
  return [
    valid('by-the-authority', 'Somebody of it has seen the notice', by()),
    valid(
      'by-the-key-of-its-time',
      'Signed before the rotation, with the key of then',
      by({}, { iat: NOW - 400, signer: formerHospital }),
    ),
    valid(
      'by-a-clock-behind',
      'iat 120 s before the notice: clocks differ',
      by({}, { iat: NOTICED - 120, signer: formerHospital }),
    ),
  ];
}

export function invalidAcknowledgements(): Vector<AcknowledgementVector>[] {
  const refused = (name: string, description: string, token: string, statementCode?: string) => ({
    ...{ name: `acknowledgement-${name}`, description, ...base, token, code: 'ACKNOWLEDGEMENT_INVALID' },
    ...(statementCode !== undefined && { statementCode }),
  });
  return [
    refused(
      'of-another-notice',
      'sid of a notice to somebody else',
      by({ noticeSid: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    ),
    refused('of-a-notice-of-other-content', 'Same sid, other bytes', by({ noticeHash: 'f'.repeat(64) })),
    refused('of-an-earlier-version', 'The danger has grown since', by({ version: 1 })),
    refused('of-another-record', 'Of another alarm', by({ recordId: `rec_${'f'.repeat(32)}` })),
    refused('of-another-patient', 'About somebody else', by({ patientId: OTHER_PATIENT })),
    refused(
      'from-before-the-notice',
      'iat 121 s before it: nobody had seen it',
      by({}, { iat: NOTICED - 121, signer: formerHospital }),
    ),
    refused(
      'by-a-key-that-was-withdrawn',
      'Signed with the former key after the rotation',
      by({}, { signer: formerHospital }),
      'STATEMENT_KEY_UNKNOWN',
    ),
    refused(
      'by-another-authority',
      'It was not told',
      by({}, { iss: 'aut_insurer', signer: stranger }),
      'STATEMENT_ISSUER_MISMATCH',
    ),
    refused(
      'signed-by-a-stranger',
      'The authority’s key ID, another key',
      by({}, { signer: { ...stranger, kid: hospital.kid } }),
      'STATEMENT_SIGNATURE_INVALID',
    ),
    refused(
      'by-the-patients-gateway',
      'The gateway does not answer itself',
      by({}, { signer: gateway }),
      'STATEMENT_KEY_UNKNOWN',
    ),
    refused(
      'altered',
      'Another practitioner under the signature',
      altered(by(), { from: PRACTITIONER, to: `prc_${'b'.repeat(32)}` }),
      'STATEMENT_SIGNATURE_INVALID',
    ),
    refused('from-the-future', 'iat 121 s ahead', by({}, { iat: NOW + 121 }), 'STATEMENT_FROM_FUTURE'),
    refused(
      'of-another-network',
      'Made for a test network',
      by({}, { aud: 'elsewhere' }),
      'STATEMENT_AUDIENCE_MISMATCH',
    ),
    refused(
      'receipt',
      'A receipt says that it is on disk, not that anybody saw it',
      by({}, { as: 'noticeReceipt' }),
      'STATEMENT_TYPE_MISMATCH',
    ),
    refused(
      'by-nobody',
      'It says who',
      said('acknowledgement', byNobody, { iss: AUTHORITY, signer: hospital }),
      'STATEMENT_MALFORMED',
    ),
    refused(
      'with-a-member-too-many',
      'A member that nobody reads',
      said('acknowledgement', { ...body, until: time(NOW) }, { iss: AUTHORITY, signer: hospital }),
      'STATEMENT_MALFORMED',
    ),
  ];
}
