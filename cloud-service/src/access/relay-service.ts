import {
  CONTRACT_CODES,
  STATEMENTS,
  isContractCode,
  records,
  type AccessState,
  type StatementBody,
} from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { submitWithRetry, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import { PROVIDER_ROUTES, ReleasedRecord, type AccessAnswer } from '@careledger/protocol';
import { HttpClientError, ProblemError, createHttpClient } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import { assertSpeaksFor, type Caller } from '../caller.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { refusal } from '../ledger/refusal.js';
import { readStatementOf } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';
import type { ReleaseService } from './release-service.js';

export interface RelayServiceOptions {
  readonly providerId: string;
  readonly networkId: string;
  readonly signer: Signer;
  readonly cloud: LedgerChannel;
  readonly ownPeer: OwnPeer;
  readonly releases: ReleaseService;
  /** Bearer tokens at the other providers, by provider id. */
  readonly tokens: ReadonlyMap<string, string>;
}

/**
 * Scenario 2: every request for a record is decided and written down by the chaincode before a byte leaves, and the
 * provider that holds the record checks the committed permit on its own peer. Who asks chooses who relays it.
 */
export class RelayService {
  readonly #options: RelayServiceOptions;

  constructor(options: RelayServiceOptions) {
    this.#options = options;
  }

  /**
   * Has an `accessRequest` decided, and gets the record from where it lies.
   * @throws ProblemError ORGANISATION_MISMATCH, ACCESS_REFUSED, ACCESS_DENIED, …
   */
  async request(token: string, caller: Caller): Promise<AccessAnswer> {
    const { issuer, body } = readStatementOf('accessRequest', token, 'ACCESS_REFUSED');
    assertSpeaksFor(caller, issuer);
    this.#assertRelay(body);
    const access = await this.#decide(token);
    return { access, record: await this.#fetch(access) };
  }

  #assertRelay({ relay }: StatementBody<'accessRequest'>): void {
    const { providerId } = this.#options;
    if (relay !== providerId)
      throw refusal('ACCESS_REFUSED', 'RELAY_MISMATCH', `this is ${providerId}; the request names ${relay}`);
  }

  async #decide(statement: string): Promise<AccessState> {
    const { cloud } = this.#options;
    const items = [statement];
    try {
      // An overtaken decision fails MVCC by design: the policy has just changed, so it is decided again.
      const { result } = await submitWithRetry(() => cloud.submit(records, 'RequestAccess', { items }));
      const [item] = result.items;
      if (item?.access !== undefined) return item.access;
      const code = item?.code ?? 'STATEMENT_MALFORMED';
      throw refusal('ACCESS_REFUSED', code, isContractCode(code) ? CONTRACT_CODES[code] : code);
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'ACCESS_REFUSED');
    }
  }

  #fetch(access: AccessState): Promise<ReleasedRecord> {
    const { providerId, releases } = this.#options;
    const { version, releasingProviderId: holder } = access;
    if (access.decision === 'deny' || version === undefined || holder === undefined)
      throw new ProblemError<ProblemCode>('ACCESS_DENIED', `Denied: ${access.reason}`, {
        members: { access, reason: access.reason },
      });
    const { txId: permitTxId, requestSid, patientId, recordId, requester } = access;
    const claim = { permitTxId, requestSid, patientId, recordId, version, requester };
    return holder === providerId ? releases.release(claim, providerId) : this.#fetchFrom(holder, claim);
  }

  async #fetchFrom(holder: string, body: StatementBody<'releaseRequest'>): Promise<ReleasedRecord> {
    const { networkId, ownPeer, providerId, signer, tokens } = this.#options;
    const { typ } = STATEMENTS.releaseRequest;
    const statement = makeStatement(
      { typ, iss: providerId, aud: networkId, channels: ['cloud'], body },
      signer,
    );
    try {
      const { endpoint } = await ownPeer.provider(holder);
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
