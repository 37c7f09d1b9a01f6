import { toBase64url, type Signer, type SignatureVerifier, fromBase64url, kidOf } from '@careledger/crypto';
import {
  STATEMENTS,
  accessControl,
  records,
  type AccessState,
  type StatementBody,
} from '@careledger/contracts';
import { LedgerError, submitWithRetry, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import { PROVIDER_ROUTES, ReleasedRecord, type AccessAnswer } from '@careledger/protocol';
import { HttpClientError, ProblemError, createHttpClient } from '@careledger/service-kit';
import { StatementError, checkStatement, makeStatement, readStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { BlobStore } from '../blobs/blob-store.js';
import type { ProblemCode } from '../problems.js';
import type { ReleaseStore } from '../store/release-store.js';
import type { VersionStore } from '../store/version-store.js';
import { spendPermit, type ReleaseClaim } from './permit.js';

export interface AccessServiceOptions {
  readonly providerId: string;
  readonly networkId: string;
  readonly signer: Signer;
  readonly verifier: SignatureVerifier;
  /** Channel `cloud`, evaluated on this provider's own peer. */
  readonly cloud: LedgerChannel;
  readonly versions: VersionStore;
  readonly releases: ReleaseStore;
  readonly blobs: BlobStore;
  /** Bearer tokens at the other providers, by provider id. */
  readonly tokens: ReadonlyMap<string, string>;
}

/**
 * Scenario 2: every request for a record is decided and written down by the chaincode before a byte leaves, and the
 * provider that holds the record checks the committed permit on its own peer, whoever passed the request on.
 */
export class AccessService {
  readonly #options: AccessServiceOptions;

  constructor(options: AccessServiceOptions) {
    this.#options = options;
  }

  /** Has an `accessRequest` decided, and gets the record from where it lies. @throws ProblemError ACCESS_DENIED, … */
  async request(statement: string): Promise<AccessAnswer> {
    const access = await this.#decide(statement);
    if (access.decision === 'deny')
      throw new ProblemError<ProblemCode>('ACCESS_DENIED', `Denied: ${access.reason}`, {
        members: { access, reason: access.reason },
      });
    const claim: ReleaseClaim = { ...access, permitTxId: access.txId };
    const record =
      access.releasingProviderId === this.#options.providerId
        ? await this.#release(claim)
        : await this.#fetchFrom(access.releasingProviderId, claim);
    return { access, record };
  }

  /** Releases to another provider what a committed permit allows. @throws ProblemError PERMIT_INVALID, … */
  async releaseTo(statement: string): Promise<ReleasedRecord> {
    const { body } = await this.#checkRelease(statement);
    return this.#release(body);
  }

  async #decide(statement: string): Promise<AccessState> {
    const { cloud } = this.#options;
    try {
      // An overtaken decision fails MVCC by design: the policy has just changed, so it is decided anew.
      const { result } = await submitWithRetry(() => cloud.submit(records, 'RequestAccess', { statement }));
      return result;
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'ACCESS_REFUSED');
    }
  }

  async #release(claim: ReleaseClaim): Promise<ReleasedRecord> {
    const { cloud, providerId, releases, versions, blobs } = this.#options;
    const held = versions.find(claim.recordId, claim.version);
    if (held === undefined || held.receipt === null || held.patientId !== claim.patientId)
      throw new ProblemError<ProblemCode>('RECORD_UNKNOWN', 'This provider does not hold that version');
    // Read before the permit is spent: a damaged blob must not cost the requester the permit.
    const ciphertext = await blobs.get(held.ciphertextSha256);
    const committed = await this.#committed(cloud, claim);
    spendPermit(claim, committed, providerId, Date.now(), releases);
    const { recordId, version, patientId, manifest, wrapSet, receipt } = held;
    return { recordId, version, patientId, manifest, wrapSet, receipt, ciphertext: toBase64url(ciphertext) };
  }

  async #committed(cloud: LedgerChannel, claim: ReleaseClaim): Promise<AccessState | undefined> {
    try {
      return await cloud.evaluate(records, 'GetAccess', {
        patientId: claim.patientId,
        requestSid: claim.requestSid,
      });
    } catch (error) {
      if (error instanceof LedgerError && error.chaincodeCode === 'PERMIT_UNKNOWN') return undefined;
      throw problemOfLedger<ProblemCode>(error, 'PERMIT_INVALID');
    }
  }

  async #checkRelease(statement: string): Promise<{ body: StatementBody<'releaseRequest'> }> {
    const { cloud, networkId, verifier } = this.#options;
    const { typ, body: schema } = STATEMENTS.releaseRequest;
    try {
      const { iss } = readStatement(statement).payload;
      const provider = await cloud.evaluate(accessControl, 'GetProvider', { providerId: iss });
      const current = provider.signingKeys.find((period) => period.until === undefined);
      const { payload } = checkStatement(statement, {
        typ,
        audience: networkId,
        channel: 'cloud',
        isBody: (body): body is StatementBody<'releaseRequest'> => Value.Check(schema, body),
        publicKeyOf: (kid) => {
          const key = current && fromBase64url(current.key);
          return key && kidOf('Ed25519', key) === kid ? key : undefined;
        },
        verifier,
      });
      return { body: payload.body };
    } catch (error) {
      if (error instanceof StatementError)
        throw new ProblemError<ProblemCode>('PERMIT_INVALID', `${error.code}: ${error.message}`, {
          cause: error,
        });
      throw problemOfLedger<ProblemCode>(error, 'PERMIT_INVALID');
    }
  }

  async #fetchFrom(holder: string, claim: ReleaseClaim): Promise<ReleasedRecord> {
    const { cloud, networkId, providerId, signer, tokens } = this.#options;
    const { permitTxId, requestSid, patientId, recordId, version, requester } = claim;
    const statement = makeStatement(
      {
        typ: STATEMENTS.releaseRequest.typ,
        iss: providerId,
        aud: networkId,
        channels: ['cloud'],
        body: { permitTxId, requestSid, patientId, recordId, version, requester },
      },
      signer,
    );
    try {
      const { endpoint } = await cloud.evaluate(accessControl, 'GetProvider', { providerId: holder });
      const token = tokens.get(holder);
      const client = createHttpClient({ baseUrl: endpoint, ...(token !== undefined && { token }) });
      return await client.call('POST', PROVIDER_ROUTES.releases, {
        body: { statement },
        result: ReleasedRecord,
      });
    } catch (error) {
      if (error instanceof HttpClientError)
        throw new ProblemError<ProblemCode>('PROVIDER_UNREACHABLE', `${holder}: ${error.message}`, {
          cause: error,
          members: { holder, reason: error.problem?.code ?? error.code },
        });
      throw problemOfLedger<ProblemCode>(error, 'ACCESS_REFUSED');
    }
  }
}
