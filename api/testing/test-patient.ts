import { generateEd25519, generateX25519, sha256, toBase64url, utf8 } from '@careledger/crypto';
import { STATEMENTS, type GrantState, type PatientState, type StatementBody } from '@careledger/contracts';
import { patientIdOf, recordIdOf, type TagGroups } from '@careledger/domain';
import { encryptTo, newSalt, recordSeedFor, sealRecord, wrapKey } from '@careledger/envelope';
import { emergencyBundle } from '@careledger/fhir';
import {
  EMERGENCY_NOTICE_MAX_CHARS,
  SEALED_CONTEXT,
  type EmergencyNoticeHttp,
  type GrantMeaning,
} from '@careledger/protocol';
import { makeStatement } from '@careledger/statements';

const FROM = '2026-01-01T00:00:00Z';
const TX_ID = 'a'.repeat(64);
export const TEST_NETWORK = 'devnet';

export interface TestNoticeOptions {
  readonly authorityId?: string;
  /** The authority's encryption key, raw. */
  readonly to: Uint8Array;
  readonly bundle?: object;
  readonly tagGroups?: TagGroups;
  /** Seconds since the epoch. */
  readonly iat?: number;
  /** What the statement says otherwise than the truth. */
  readonly body?: Partial<StatementBody<'emergencyNotice'>>;
  /** Whose signature it bears. */
  readonly signer?: ReturnType<typeof generateEd25519>['signer'];
}

/** A patient with real keys, and what a ledger would say of it. */
export function testPatient() {
  const consent = generateEd25519().signer;
  const gateway = generateEd25519().signer;
  const encryption = generateX25519();
  const secret = newSalt();
  const patientId = patientIdOf(consent.publicKey, sha256);
  const period = (key: Uint8Array) => [{ key: toBase64url(key), from: FROM }];
  const state: PatientState = {
    patientId,
    consentKeys: period(consent.publicKey),
    gatewayKeys: period(gateway.publicKey),
    encryptionKeys: period(encryption.publicKey),
    sponsor: 'ab'.repeat(32),
    registeredAt: FROM,
  };
  const grant = (more: Partial<GrantState> = {}): GrantState => ({
    patientId,
    grantId: `${'g'.repeat(21)}A`,
    policySeq: 1,
    authorityId: 'aut_hospital',
    granteeTags: [],
    permissions: ['read'],
    scopeTags: [],
    purposes: ['TREAT'],
    from: FROM,
    delegable: false,
    recordedAt: FROM,
    txId: TX_ID,
    ...more,
  });
  let records = 0;
  /** Where a record of this patient's own lies. */
  const newRecord = () => {
    records += 1;
    const seed = recordSeedFor(secret, { patientId, kind: 'emergency', key: String(records) });
    return { seed, recordId: recordIdOf({ author: patientId, patientId, seed }, sha256) };
  };
  /** As a gateway writes it. */
  const emergency = () => {
    const atMs = Date.parse('2026-05-05T08:00:00Z');
    const deviceId = `dev_${'b'.repeat(32)}`;
    return emergencyBundle({
      patientId,
      gatewayId: 'gateway-home-1',
      devices: [{ deviceId, type: null }],
      recordedAtMs: atMs + 1_000,
      chain: { height: 12, blockHash: 'h'.repeat(43) },
      episodeId: `${patientId}/glucose-very-low/${atMs}`,
      rule: 'glucose-very-low',
      ...{ type: 'physiological', priority: 'high', isUnconfirmed: false, isLate: false },
      ...{ marks: [], endReason: null },
      start: atMs,
      raisedAt: atMs,
      end: null,
      evidence: [{ rowId: 1, t: atMs, code: '2339-0', value: 47, deviceId }],
      news2: null,
    });
  };
  /** A direct notice of an emergency, as a gateway sends it. */
  const notice = async (
    options: TestNoticeOptions,
  ): Promise<EmergencyNoticeHttp & { recordId: string; manifestHash: string; seed: string }> => {
    const { to, tagGroups = [], bundle = emergency(), authorityId = 'aut_hospital' } = options;
    const { seed, recordId } = newRecord();
    const groups = tagGroups.map((group) => [...group]);
    const named = { recordId, version: 1 };
    const sealed = sealRecord(
      {
        content: utf8(JSON.stringify(bundle)),
        aad: { v: 2, ...named, patientId, author: patientId, tagGroups: groups, prevVersionHash: null },
      },
      gateway,
    );
    const { jwe } = await wrapKey(sealed.contentKey, named, { publicKey: to });
    const body: StatementBody<'emergencyNotice'> = {
      patientId,
      ...named,
      seed,
      period: { start: '2026-05-05T08:00:00Z', end: '2026-05-05T08:00:01Z' },
      authorityId,
      tagGroups: groups,
      manifest: sealed.manifest,
      wrap: jwe,
      ...options.body,
    };
    const { typ } = STATEMENTS.emergencyNotice;
    const channels = ['authorities'];
    const statement = makeStatement(
      {
        typ,
        iss: patientId,
        aud: TEST_NETWORK,
        channels,
        body,
        maxChars: EMERGENCY_NOTICE_MAX_CHARS,
        ...(options.iat !== undefined && { iat: options.iat }),
      },
      options.signer ?? gateway,
    );
    const { manifestHash } = sealed;
    return { statement, ciphertext: toBase64url(sealed.ciphertext), recordId, manifestHash, seed };
  };
  /** What a grant tells its authority of its tags. */
  const meaning = (to: Uint8Array, told: Partial<GrantMeaning>): Promise<string> =>
    encryptTo(to, utf8(JSON.stringify({ v: 1, scope: [], grantee: [], ...told })), {
      context: SEALED_CONTEXT.grant,
    });
  return { patientId, consent, gateway, encryption, state, grant, newRecord, emergency, notice, meaning };
}
