import {
  STATEMENTS,
  accessControl,
  records,
  type BatchResult,
  type StatementBody,
} from '@careledger/contracts';
import { TestPatient } from '@careledger/chaincode-runtime/testing';
import { fromBase64url, generateX25519, sha256, toBase64url, utf8 } from '@careledger/crypto';
import {
  CHANNELS,
  PATIENTS_MSP,
  recordIdOf,
  type ChannelName,
  type Period,
  type RecordKind,
  type ScopeTerm,
  type TagGroups,
} from '@careledger/domain';
import {
  encryptTo,
  granteeTag,
  makeWrapSet,
  newSalt,
  recordSeedFor,
  scopeTag,
  sealRecord,
  wrapKey,
  type SealedRecord,
} from '@careledger/envelope';
import { submitWithRetry, type Ledger } from '@careledger/ledger';
import {
  EMERGENCY_NOTICE_MAX_CHARS,
  PROVIDER_ROUTES,
  SEALED_CONTEXT,
  StoreRecordAnswer,
  type EmergencyNoticeHttp,
  type GrantMeaning,
} from '@careledger/protocol';
import { createHttpClient } from '@careledger/service-kit';
import { makeStatement, readStatement } from '@careledger/statements';
import { systemToken, type RunningService } from '@careledger/supervisor';

/** A record that a home makes. */
export interface HomeRecord {
  readonly kind?: RecordKind;
  readonly period?: Period;
  /** FHIR R4. */
  readonly bundle: object;
  /** In words; each is a tag group of its own. */
  readonly scope?: readonly ScopeTerm[];
  /** Authorities to which it is wrapped. */
  readonly readers: readonly string[];
}

/** Version 1 of a record, sealed and on its way nowhere yet. */
export interface SealedHomeRecord extends Omit<HomeRecord, 'bundle' | 'readers'> {
  readonly recordId: string;
  readonly seed: string;
  readonly tagGroups: TagGroups;
  readonly sealed: SealedRecord;
}

export interface StoredHomeRecord {
  readonly recordId: string;
  readonly manifestHash: string;
  readonly answer: StoreRecordAnswer;
  /** Makes the announcement. */
  readonly announce: () => Promise<void>;
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
      scope?: readonly ScopeTerm[];
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

  /** Where the next record lies. */
  nextPlace(): { recordId: string; seed: string } {
    const { patientId } = this;
    this.#made += 1;
    const key = String(this.#made);
    const seed = recordSeedFor(this.#recordSecret, { patientId, kind: 'periodic', key });
    return { seed, recordId: recordIdOf({ author: patientId, patientId, seed }, sha256) };
  }

  /** Seals a record, and sends it nowhere. */
  seal(record: Omit<HomeRecord, 'readers'>): SealedHomeRecord {
    return this.sealAt(this.nextPlace(), record);
  }

  /** Seals a record in a place that may have been taken before. */
  sealAt(
    { recordId, seed }: Pick<SealedHomeRecord, 'recordId' | 'seed'>,
    { bundle, scope = [], kind, period }: Omit<HomeRecord, 'readers'>,
  ): SealedHomeRecord {
    const { patientId, patient } = this;
    const tagGroups = scope.map((terms) => [scopeTag(this.scopeKey, terms)]);
    const aad = { v: 2 as const, recordId, version: 1, patientId, author: patientId, tagGroups };
    const content = utf8(JSON.stringify(bundle));
    const sealed = sealRecord({ content, aad: { ...aad, prevVersionHash: null } }, patient.gateway);
    return { recordId, seed, tagGroups, sealed, ...(kind && { kind }), ...(period && { period }) };
  }

  /** Seals a record and stores it at a provider. */
  store(provider: RunningService & { providerId: string }, record: HomeRecord): Promise<StoredHomeRecord> {
    return this.storeSealed(provider, this.seal(record), record.readers);
  }

  /** Stores what was sealed before. */
  async storeSealed(
    provider: RunningService & { providerId: string },
    { recordId, seed, tagGroups, sealed, kind = 'periodic', period = DEFAULT_PERIOD }: SealedHomeRecord,
    readers: readonly string[] = [],
  ): Promise<StoredHomeRecord> {
    const { patientId, patient } = this;
    const version = 1;
    const keys = [this.encryption.publicKey, ...(await Promise.all(readers.map((id) => this.keyOf(id))))];
    const wraps = await Promise.all(
      keys.map((publicKey) => wrapKey(sealed.contentKey, { recordId, version }, { publicKey })),
    );
    const { manifest, manifestHash, ciphertext, ciphertextSha256 } = sealed;
    const groups = tagGroups.map((group) => [...group]);
    const described = { patientId, recordId, seed, version, kind, period, manifestHash, tagGroups: groups };
    const { providerId } = provider;
    const statement = patient.sign(
      'storeRecord',
      { ...described, prevVersionHash: null, providerId, ciphertextSha256, sizeBytes: ciphertext.length },
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
      { ...described, prevVersionHash: null, providerId, storeTxId: answer.txId },
      patient.gateway,
      { channels: ['authorities'] },
    );
    return {
      recordId,
      manifestHash,
      answer,
      announce: () => this.#batch('authorities', 'AnnounceRecords', announcement),
    };
  }

  /** A direct notice of a sealed record, as a gateway sends it. */
  async emergencyNotice(
    authorityId: string,
    record: SealedHomeRecord,
    options: { addressee?: string; signer?: TestPatient } = {},
  ): Promise<EmergencyNoticeHttp> {
    const { patient } = this;
    const { recordId, seed, tagGroups, sealed, period = DEFAULT_PERIOD } = record;
    const version = 1;
    const publicKey = await this.keyOf(authorityId);
    const { jwe } = await wrapKey(sealed.contentKey, { recordId, version }, { publicKey });
    const body: StatementBody<'emergencyNotice'> = {
      patientId: this.patientId,
      recordId,
      seed,
      version,
      period,
      authorityId: options.addressee ?? authorityId,
      tagGroups: tagGroups.map((group) => [...group]),
      manifest: sealed.manifest,
      wrap: jwe,
    };
    const { typ } = STATEMENTS.emergencyNotice;
    const channels = ['authorities'];
    const statement = makeStatement(
      { typ, iss: this.patientId, aud: patient.aud, channels, body, maxChars: EMERGENCY_NOTICE_MAX_CHARS },
      (options.signer ?? patient).gateway,
    );
    return { statement, ciphertext: toBase64url(sealed.ciphertext) };
  }

  /** The patient's signed check-in code, made at the time that it names. */
  checkIn(authorityId: string, at: string): string {
    const { consent } = this.patient;
    const iat = Math.floor(Date.parse(at) / 1_000);
    return this.patient.sign('checkIn', { authorityId, at }, consent, { iat });
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
