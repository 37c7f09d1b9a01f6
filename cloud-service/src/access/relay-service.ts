import {
  CONTRACT_CODES,
  STATEMENTS,
  isContractCode,
  records,
  type AccessState,
  type StatementBody,
} from '@careledger/contracts';
import { LruMap, type Signer } from '@careledger/crypto';
import { submitWithRetry, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import {
  ACCESS_ANSWER_MAX_BYTES,
  PROVIDER_ROUTES,
  RELEASED_MAX_BYTES,
  ReleaseAnswer,
  type AccessItem,
  type ReleaseItem,
} from '@careledger/protocol';
import { HttpClientError, ProblemError, createHttpClient } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import { assertSpeaksFor, type Caller } from '../caller.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { refusal } from '../ledger/refusal.js';
import { readStatementOf } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';
import { itemProblem, placed, stepEach, type Placed } from '../items.js';
import type { ReleaseService } from './release-service.js';

/** Decisions kept in memory, for statements that come again because an answer was full. */
const DECISIONS_KEPT = 8_192;

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

/** A request of the caller's own for this relay. */
interface Asked {
  readonly token: string;
  readonly hash: string;
}

/** What a permit allows, where it lies. */
interface Permitted {
  readonly holder: string;
  readonly claim: StatementBody<'releaseRequest'>;
}

/**
 * Scenario 2: every request for a record is decided and written down by the chaincode before a byte leaves, and the
 * provider that holds the record checks the committed permit on its own peer. Who asks chooses who relays it.
 */
export class RelayService {
  readonly #options: RelayServiceOptions;
  /** By statement hash. What is not here any more, the ledger answers as it did first. */
  readonly #decided = new LruMap<string, AccessState>(DECISIONS_KEPT);

  constructor(options: RelayServiceOptions) {
    this.#options = options;
  }

  /**
   * Has `accessRequest` statements decided in one transaction, and gets the records from where they lie: each by itself.
   * @returns in the order of the statements; problems are ORGANISATION_MISMATCH, ACCESS_REFUSED, ACCESS_DENIED,
   *   PROVIDER_UNREACHABLE, or those of a release
   * @throws ProblemError LEDGER_UNAVAILABLE, where nothing is decided
   */
  async request(tokens: readonly string[], caller: Caller): Promise<AccessItem[]> {
    const answers = tokens.map((): AccessItem => ({ requestSid: null }));
    const asked = await stepEach(
      placed(tokens),
      (token): Asked => {
        const { body, issuer, statement } = readStatementOf('accessRequest', token, 'ACCESS_REFUSED');
        assertSpeaksFor(caller, issuer);
        this.#assertRelay(body);
        return { token, hash: statement.hash };
      },
      (place, error) => {
        answers[place] = { requestSid: null, problem: itemProblem(error, 'ACCESS_REFUSED') };
      },
    );
    const permitted: Placed<Permitted>[] = [];
    for (const { place, value } of await this.#decide(asked)) {
      answers[place] = value;
      const permit = value.access === undefined ? undefined : permitOf(value.access);
      if (permit !== undefined) permitted.push({ place, value: permit });
    }
    for (const { place, value } of await this.#fetch(permitted))
      answers[place] = { ...answers[place], ...value };
    return answers;
  }

  #assertRelay({ relay }: StatementBody<'accessRequest'>): void {
    const { providerId } = this.#options;
    if (relay !== providerId)
      throw refusal('ACCESS_REFUSED', 'RELAY_MISMATCH', `this is ${providerId}; the request names ${relay}`);
  }

  /** One transaction for all that are not decided yet. */
  async #decide(asked: readonly Placed<Asked>[]): Promise<Placed<AccessItem>[]> {
    const { cloud } = this.#options;
    const fresh = asked.filter(({ value }) => this.#decided.get(value.hash) === undefined);
    const refused = new Map<number, AccessItem>();
    const items = fresh.map(({ value }) => value.token);
    if (items.length > 0)
      try {
        // An overtaken decision fails MVCC by design: the policy has just changed, so it is decided again.
        const { result } = await submitWithRetry(() => cloud.submit(records, 'RequestAccess', { items }));
        for (const [index, { place, value }] of fresh.entries()) {
          const item = result.items[index];
          if (item?.access !== undefined) this.#decided.set(value.hash, item.access);
          else refused.set(place, refusedAs(item?.sid ?? null, item?.code ?? 'STATEMENT_MALFORMED'));
        }
      } catch (error) {
        throw problemOfLedger<ProblemCode>(error, 'ACCESS_REFUSED');
      }
    return asked.map(({ place, value }) => {
      const access = this.#decided.get(value.hash);
      const item = access === undefined ? refused.get(place) : answerOf(access);
      return { place, value: item ?? { requestSid: null } };
    });
  }

  /** From one holder after the other, this one first, until the answer is full. */
  async #fetch(permitted: readonly Placed<Permitted>[]): Promise<Placed<ReleaseItem>[]> {
    const { providerId } = this.#options;
    const holders = new Set([providerId, ...permitted.map(({ value }) => value.holder)]);
    const fetched: Placed<ReleaseItem>[] = [];
    let room = RELEASED_MAX_BYTES;
    for (const holder of holders) {
      const theirs = permitted.filter(({ value }) => value.holder === holder);
      if (theirs.length === 0) continue;
      const claims = theirs.map(({ value }) => value.claim);
      const items = room > 0 ? await this.#fetchFrom(holder, claims) : [];
      for (const [index, { place, value }] of theirs.entries()) {
        const item = items[index] ?? { requestSid: value.claim.requestSid, left: true as const };
        room -= bytesOf(item);
        fetched.push({ place, value: item });
      }
    }
    return fetched;
  }

  async #fetchFrom(
    holder: string,
    claims: readonly StatementBody<'releaseRequest'>[],
  ): Promise<ReleaseItem[]> {
    const { providerId, releases } = this.#options;
    if (holder === providerId) return releases.release(claims.map((claim) => ({ claim, relay: providerId })));
    try {
      return await this.#askHolder(holder, claims);
    } catch (error) {
      const problem = itemProblem(unreachable(holder, error), 'ACCESS_REFUSED');
      return claims.map(({ requestSid }) => ({ requestSid, problem }));
    }
  }

  async #askHolder(
    holder: string,
    claims: readonly StatementBody<'releaseRequest'>[],
  ): Promise<ReleaseItem[]> {
    const { networkId, ownPeer, providerId, signer, tokens } = this.#options;
    const { typ } = STATEMENTS.releaseRequest;
    const about = { typ, iss: providerId, aud: networkId, channels: ['cloud' as const] };
    const statements = claims.map((body) => makeStatement({ ...about, body }, signer));
    const { endpoint } = await ownPeer.provider(holder);
    const token = tokens.get(holder);
    const client = createHttpClient({ baseUrl: endpoint, ...(token !== undefined && { token }) });
    const { items } = await client.call('POST', PROVIDER_ROUTES.releases, {
      body: { statements },
      result: ReleaseAnswer,
      maxBytes: ACCESS_ANSWER_MAX_BYTES,
    });
    return claims.map(({ requestSid }, index) => ({ ...items[index], requestSid }));
  }
}

function permitOf(access: AccessState): Permitted | undefined {
  const { txId: permitTxId, requestSid, patientId, recordId, requester, version } = access;
  const { decision, releasingProviderId: holder } = access;
  if (decision === 'deny' || version === undefined || holder === undefined) return undefined;
  return { holder, claim: { permitTxId, requestSid, patientId, recordId, version, requester } };
}

/** What there is to say of a decision before a record is fetched. */
function answerOf(access: AccessState): AccessItem {
  const { requestSid, reason } = access;
  if (permitOf(access) !== undefined) return { requestSid, access };
  const code: ProblemCode = 'ACCESS_DENIED';
  return { requestSid, access, problem: { code, detail: `Denied: ${reason}`, reason } };
}

function refusedAs(requestSid: string | null, reason: string): AccessItem {
  const code: ProblemCode = 'ACCESS_REFUSED';
  const detail = isContractCode(reason) ? CONTRACT_CODES[reason] : 'The ledger refused the request';
  return { requestSid, problem: { code, detail: `${reason}: ${detail}`, reason } };
}

const bytesOf = ({ record }: ReleaseItem): number => ((record?.ciphertext.length ?? 0) * 3) / 4;

/** A holder that cannot be asked, as a problem. */
function unreachable(holder: string, error: unknown): unknown {
  if (!(error instanceof HttpClientError)) return error;
  return new ProblemError<ProblemCode>('PROVIDER_UNREACHABLE', `${holder}: ${error.message}`, {
    cause: error,
    members: { holder, reason: error.problem?.code ?? error.code },
  });
}
