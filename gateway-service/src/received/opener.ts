import type { StoredRecordState } from '@careledger/contracts';
import { fromBase64url, fromUtf8, type SignatureVerifier } from '@careledger/crypto';
import { isUnavailable } from '@careledger/delivery';
import { EnvelopeError, openRecord, readWrap } from '@careledger/envelope';
import { readRecordContent, type FhirResource } from '@careledger/fhir';
import { AccessAnswer, PROVIDER_ROUTES, type ReleasedRecord } from '@careledger/protocol';
import { HttpClientError } from '@careledger/service-kit';
import type { GatewayCore } from '../core.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Providers } from '../ledger-access/providers.js';
import type { Patient } from '../patients/index.js';
import { patientStatement } from '../patients/patient-statement.js';
import { gatewayKeysOf, signersOf } from './signers.js';

export interface ReceivedOpenerOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly ledger: LedgerReader;
  readonly directory: Pick<OrganisationDirectory, 'authority' | 'providerKeys' | 'forget'>;
  readonly providers: Providers;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
}

/** What came of a version, checked. */
export interface OpenedVersion {
  readonly content: FhirResource;
  /** The content as its author wrote it. */
  readonly json: string;
  /** Compact JWS by the author. */
  readonly manifest: string;
}

/** Opens what authorities have written of a patient. */
export class ReceivedOpener {
  readonly #options: ReceivedOpenerOptions;

  constructor(options: ReceivedOpenerOptions) {
    this.#options = options;
  }

  /**
   * Asks for a version with the gateway's key, which puts the access on the ledger, and opens it as any recipient does:
   * nothing is taken on a provider's word.
   * @param stored the version as channel `cloud` has it
   * @throws EnvelopeError, FhirError where it is not what its author signed or not for this patient; HttpClientError,
   * LedgerError
   */
  async open(patient: Patient, stored: StoredRecordState, signal: AbortSignal): Promise<OpenedVersion> {
    const record = await this.#ask(patient, stored, signal);
    try {
      return await this.#open(patient, stored, record);
    } catch (error) {
      if (!(error instanceof EnvelopeError && error.code.endsWith('SIGNER_UNKNOWN'))) throw error;
    }
    // The author's key may be younger than what is known of it here.
    this.#options.directory.forget([stored.author, stored.providerId]);
    return this.#open(patient, stored, record);
  }

  /** Of whichever provider answers. */
  async #ask(
    { patientId, chain }: Patient,
    { recordId, version }: StoredRecordState,
    signal: AbortSignal,
  ): Promise<ReleasedRecord> {
    const { networkId, providers } = this.#options;
    let last: HttpClientError | undefined;
    for (const relay of providers.order()) {
      const body = { patientId, recordId, version, purpose: 'PATRQT' as const, granteeTags: [], relay };
      const statement = patientStatement(
        'accessRequest',
        { patientId, networkId, channels: ['cloud'], body },
        chain.signer,
      );
      try {
        const client = await providers.client(relay);
        const answer = await client.call('POST', PROVIDER_ROUTES.access, {
          ...{ body: { statements: [statement] }, result: AccessAnswer, signal },
        });
        providers.worked(relay);
        const [item] = answer.items;
        if (item?.record === undefined) throw HttpClientError.ofItem(item?.problem);
        return item.record;
      } catch (error) {
        if (!(error instanceof HttpClientError)) throw error;
        signal.throwIfAborted();
        // That it cannot reach the holder is no fault of its own.
        if (isUnavailable(error) && error.problem?.code !== 'PROVIDER_UNREACHABLE') providers.failed(relay);
        last = error;
      }
    }
    throw last ?? new Error('No provider is configured');
  }

  async #open(
    { patientId }: Patient,
    { author, kind, recordId, version, manifestHash, providerId }: StoredRecordState,
    record: ReleasedRecord,
  ): Promise<OpenedVersion> {
    const { core, directory, ledger, verifier } = this.#options;
    const { wrap } = record;
    if (wrap === null)
      throw new EnvelopeError('NOT_A_RECIPIENT', 'The provider has no wrap for this patient');
    const gatewayKeys = await gatewayKeysOf(ledger, patientId);
    const { authorKeys, wrapSigners } = await signersOf(directory, { author, providerId }, gatewayKeys);
    const { content } = await openRecord({
      ...{ manifest: record.manifest, wrapSet: record.wrapSet, wrap, verifier },
      ciphertext: fromBase64url(record.ciphertext),
      recipientKey: core.patients.keys(patientId).encryptionAmong(new Set([readWrap(wrap).kid])),
      expected: { recordId, patientId, version, author, manifestHash },
      authorKeys,
      wrapSigners: wrapSigners(record.acceptance),
    });
    return {
      content: readRecordContent(content, { patientId, author, kind }),
      json: fromUtf8(content),
      manifest: record.manifest,
    };
  }
}
