import {
  STATEMENTS,
  accessControl,
  records,
  type BatchResult,
  type StatementBody,
} from '@careledger/contracts';
import { TestPatient } from '@careledger/chaincode-runtime/testing';
import { fromBase64url, generateX25519, sha256, toBase64url, utf8 } from '@careledger/crypto';
import { CHANNELS, recordIdOf, type ChannelName, type Period, type RecordKind } from '@careledger/domain';
import {
  encryptTo,
  granteeTag,
  makeWrapSet,
  newSalt,
  recordSeedFor,
  scopeTag,
  sealRecord,
  wrapKey,
} from '@careledger/envelope';
import { submitWithRetry, type Ledger } from '@careledger/ledger';
import {
  PROVIDER_ROUTES,
  SEALED_CONTEXT,
  StoreRecordAnswer,
  type EmergencyNoticeHttp,
  type GrantMeaning,
} from '@careledger/protocol';
import { createHttpClient } from '@careledger/service-kit';
import { makeStatement, readStatement } from '@careledger/statements';
import { PATIENTS_MSP, systemToken, type RunningService } from '@careledger/supervisor';

/** A record that a home makes. */
export interface HomeRecord {
  readonly kind?: RecordKind;
  readonly period?: Period;
  /** FHIR R4. */
  readonly bundle: object;
  /** In words: what its one kind of resource is. */
  readonly scope?: readonly { category: string; resourceType: string }[];
  /** Authorities to which it is wrapped. */
  readonly readers: readonly string[];
}

export interface StoredHomeRecord extends SealedHomeRecord {
  readonly answer: StoreRecordAnswer;
  /** Makes the announcement. */
  readonly announce: () => Promise<void>;
}

/** A record as it is before anything leaves the home. */
export interface SealedHomeRecord {
  readonly recordId: string;
  readonly seed: string;
  readonly tagGroups: string[][];
  readonly period: Period;
  readonly manifest: string;
  readonly manifestHash: string;
  readonly ciphertext: Uint8Array;
  readonly ciphertextSha256: string;
  readonly contentKey: Uint8Array;
}

const DEFAULT_PERIOD: Period = { start: '2026-05-05T10:00:00Z', end: '2026-05-05T11:00:00Z' };

/**
 * A patient's side of the public protocols, played by hand: real keys, real statements, the ledger as the operator's
 * client. What a gateway does by itself, a test does step by step, and wrongly where it wants to.
 */
export class TestHome {
  readonly patient: TestPatient;
  readonly encryption = generateX25519();
  readonly scopeKey = newSalt();
  readonly #recordSecret = newSalt();
  #made = 0;

  constructor(
    readonly ledger: Ledger,
    networkId: string,
  ) {
    this.patient = new TestPatient(networkId, Math.floor(Date.now() / 1000) - 5);
  }

  get patientId(): string {
    return this.patient.id;
  }

  async register(): Promise<this> {
    const { consent, gateway } = this.patient;
    const statement = this.patient.sign(
      'registerPatient',
      {
        consentKey: toBase64url(consent.publicKey),
        gatewayKey: toBase64url(gateway.publicKey),
        gatewayKeyProof: this.patient.proofOf(gateway),
        encryptionKey: toBase64url(this.encryption.publicKey),
      },
      consent,
    );
    for (const channel of CHANNELS)
      await this.ledger.channel(channel).submit(accessControl, 'RegisterPatient', { statement });
    return this;
  }

  /** Grants on both channels; returns the grant's id. What tags mean is sealed to the authority. */
  async grant(
    authorityId: string,
    body: Partial<StatementBody<'grant'>> = {},
    words: {
      scope?: readonly { category: string; resourceType: string }[];
      units?: readonly string[];
    } = {},
  ): Promise<string> {
    const scope = (words.scope ?? []).map((terms) => ({ ...terms, tag: scopeTag(this.scopeKey, terms) }));
    const grantee = (words.units ?? []).map((unit) => ({
      unit,
      tag: granteeTag(this.scopeKey, { authorityId, unit }),
    }));
    const meaning: GrantMeaning = { v: 1, scope, grantee };
    const sealed = await encryptTo(await this.keyOf(authorityId), utf8(JSON.stringify(meaning)), {
      context: SEALED_CONTEXT.grant,
    });
    const statement = this.patient.grant(authorityId, {
      scopeTags: scope.map(({ tag }) => tag),
      granteeTags: grantee.map(({ tag }) => tag),
      sealed,
      ...body,
    });
    await this.#batch('authorities', 'Grant', statement);
    await this.#batch('cloud', 'Grant', statement);
    return readStatement(statement).payload.sid;
  }

  async revoke(grantId: string): Promise<void> {
    const statement = this.patient.revoke(grantId);
    await this.#batch('cloud', 'Revoke', statement);
    await this.#batch('authorities', 'Revoke', statement);
  }

  /** Seals a record under an id of its own; nothing leaves the home. */
  seal({ kind = 'periodic', period = DEFAULT_PERIOD, scope = [], bundle }: HomeRecord): SealedHomeRecord {
    const { patientId, patient } = this;
    this.#made += 1;
    const seed = recordSeedFor(this.#recordSecret, { patientId, kind, key: String(this.#made) });
    const recordId = recordIdOf({ author: patientId, patientId, seed }, sha256);
    const tags = scope.map((terms) => scopeTag(this.scopeKey, terms));
    const tagGroups = tags.length === 0 ? [] : [tags];
    const version = 1;
    const sealed = sealRecord(
      {
        content: utf8(JSON.stringify(bundle)),
        aad: { v: 2, recordId, version, patientId, author: patientId, tagGroups, prevVersionHash: null },
      },
      patient.gateway,
    );
    return { ...sealed, recordId, seed, tagGroups, period };
  }

  /** Seals a record and stores it at a provider. */
  async store(
    provider: RunningService & { providerId: string },
    record: HomeRecord,
  ): Promise<StoredHomeRecord> {
    const { patientId, patient } = this;
    const { kind = 'periodic' } = record;
    const sealed = this.seal(record);
    const { recordId, seed, tagGroups, period } = sealed;
    const version = 1;
    const keys = [
      this.encryption.publicKey,
      ...(await Promise.all(record.readers.map((id) => this.keyOf(id)))),
    ];
    const wraps = await Promise.all(
      keys.map((publicKey) => wrapKey(sealed.contentKey, { recordId, version }, { publicKey })),
    );
    const { manifest, manifestHash, ciphertext, ciphertextSha256 } = sealed;
    const described = {
      ...{ patientId, recordId, seed, version, kind, period, manifestHash, tagGroups },
      prevVersionHash: null,
    };
    const { providerId } = provider;
    const statement = patient.sign(
      'storeRecord',
      { ...described, providerId, ciphertextSha256, sizeBytes: ciphertext.length },
      patient.gateway,
      { channels: ['cloud'] },
    );
    const answer = await clientOf(provider).call('PUT', PROVIDER_ROUTES.version(recordId, version), {
      body: {
        statement,
        manifest,
        wrapSet: makeWrapSet({ recordId, version, manifestHash, wraps }, patient.gateway),
        wraps: wraps.map(({ jwe }) => jwe),
        ciphertext: toBase64url(ciphertext),
      },
      result: StoreRecordAnswer,
    });
    const announcement = patient.sign(
      'announceRecord',
      { ...described, providerId, storeTxId: answer.txId },
      patient.gateway,
      { channels: ['authorities'] },
    );
    return {
      ...sealed,
      answer,
      announce: () => this.#batch('authorities', 'AnnounceRecords', announcement),
    };
  }

  /** A direct notice of a record that was sealed: what a gateway posts to an authority's api. */
  async emergencyNotice(
    authorityId: string,
    record: SealedHomeRecord,
    wrongly: { addressee?: string; signer?: TestPatient } = {},
  ): Promise<EmergencyNoticeHttp> {
    const { patient, patientId } = this;
    const { recordId, seed, period, tagGroups, manifest, contentKey, ciphertext } = record;
    const publicKey = await this.keyOf(authorityId);
    const version = 1;
    const { jwe: wrap } = await wrapKey(contentKey, { recordId, version }, { publicKey });
    const body: StatementBody<'emergencyNotice'> = {
      ...{ patientId, recordId, seed, version, period, tagGroups, manifest, wrap },
      authorityId: wrongly.addressee ?? authorityId,
    };
    const { typ } = STATEMENTS.emergencyNotice;
    const envelope = { typ, iss: patientId, aud: patient.aud, channels: ['authorities'], body };
    const statement = makeStatement(envelope, (wrongly.signer ?? patient).gateway);
    return { statement, ciphertext: toBase64url(ciphertext) };
  }

  /** The patient's signed check-in code. */
  checkIn(authorityId: string, at: string): string {
    const iat = Math.floor(Date.parse(at) / 1000);
    return this.patient.sign('checkIn', { authorityId, at }, this.patient.consent, { iat });
  }

  /** An authority's current encryption key. */
  async keyOf(authorityId: string): Promise<Uint8Array> {
    const { encryptionKeys } = await this.ledger
      .channel('authorities')
      .evaluate(accessControl, 'GetAuthority', { authorityId });
    const current = encryptionKeys.find(({ until }) => until === undefined);
    if (current === undefined) throw new RangeError(`${authorityId} has no encryption key`);
    return fromBase64url(current.key);
  }

  async #batch(
    channel: ChannelName,
    transaction: 'Grant' | 'Revoke' | 'AnnounceRecords',
    statement: string,
  ): Promise<void> {
    const items = [statement];
    const { result } = await submitWithRetry<{ result: BatchResult }>(() =>
      transaction === 'AnnounceRecords'
        ? this.ledger.channel(channel).submit(records, transaction, { items })
        : this.ledger.channel(channel).submit(accessControl, transaction, { items }),
    );
    const code = result.items[0]?.code;
    if (code !== 'OK') throw new Error(`${transaction} on ${channel}: ${code}`);
  }
}

/** A client with a token of role `system`, as the patients' operator has it. */
export const clientOf = ({ url, tokens }: RunningService) =>
  createHttpClient({ baseUrl: url, token: systemToken(tokens, PATIENTS_MSP) });
