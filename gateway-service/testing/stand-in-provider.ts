import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateEd25519, sha256Hex } from '@careledger/crypto';
import type { StatementBody } from '@careledger/contracts';
import { makeStoreReceipt, makeWrapsAcceptance, matchWraps, readWrapSet } from '@careledger/envelope';
import {
  PROVIDER_ROUTES,
  type HeldWraps,
  type ReplaceWrapsRequest,
  type StoreItem,
  type StoreRecordAnswer,
  type StoreRecordRequest,
  type StoreRecordsRequest,
} from '@careledger/protocol';
import { readStatement } from '@careledger/statements';

/** What the ledger has, shared by providers: one statement for each version of a record. */
export type StoredVersions = Map<string, { readonly statement: string; readonly providerId: string }>;

/**
 * What becomes of a request: taken and answered, taken with the answer lost, not taken since its ledger is away; taken
 * and receipted with a key that is not the provider's; not taken, with a lie about the ledger.
 */
export type ProviderBehaviour =
  'answers' | 'loses-answer' | 'refuses' | 'signs-with-another-key' | 'says-it-was-refused';

interface Answer {
  readonly status: number;
  readonly answer: object;
}

/** A cloud provider as the outbox sees one: it really signs, and the ledger that it shares takes a version once. */
export class StandInProvider implements AsyncDisposable {
  readonly signer = generateEd25519().signer;
  /** Record and version of every request that arrived, in order. */
  readonly arrived: string[] = [];
  /** How many versions each request brought that can bring several. */
  readonly batches: number[] = [];
  /** Records and versions that are no valid request, alone or among others. */
  readonly unreadable = new Set<string>();
  /** What was PUT for a record and version, newest last. */
  readonly requests = new Map<string, StoreRecordRequest>();
  /** Wraps by record and version. */
  readonly wraps = new Map<string, HeldWraps>();
  /** Numbers of the wrap sets that followed the first, in the order in which they came. */
  readonly replaced: number[] = [];
  /** Record and version of each of those. */
  readonly replacedOf: string[] = [];
  /** Keys whose wraps may lie here, by this provider's peer; all of them unless a test says otherwise. */
  allowed: ReadonlySet<string> | undefined;
  behaviour: ProviderBehaviour = 'answers';
  delayMs = 0;
  /** Requests with many versions are answered once it resolves, those with one at once. */
  batchesHeld: Promise<void> | undefined;
  /** Requests that are held. */
  heldBatches = 0;
  #server: Server | undefined;
  #port = 0;

  constructor(
    readonly providerId: string,
    readonly ledger: StoredVersions,
  ) {}

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const body: unknown = text === '' ? undefined : JSON.parse(text);
        const answer = () => this.#reply(request.url ?? '', body, response);
        if (this.batchesHeld === undefined || request.url !== PROVIDER_ROUTES.versions) {
          setTimeout(answer, this.delayMs);
          return;
        }
        this.heldBatches += 1;
        void this.batchesHeld.then(answer);
      });
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Thumbprints of the keys whose wraps lie here for a record and version. */
  kidsOf(versionId: string): string[] {
    const held = this.wraps.get(versionId);
    return held === undefined ? [] : matchWraps(readWrapSet(held.wrapSet), held.wraps).map(({ kid }) => kid);
  }

  /** Holds these wraps, whoever signed them. */
  hold(versionId: string, { wrapSet, wraps }: ReplaceWrapsRequest): void {
    this.wraps.set(versionId, { wrapSet, wraps, acceptance: this.#accept(wrapSet) });
  }

  #reply(url: string, body: unknown, response: ServerResponse): void {
    const { status, answer } = this.#answer(url, body);
    if (this.behaviour === 'loses-answer') {
      response.destroy();
      return;
    }
    const type = status < 300 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(answer));
  }

  #answer(url: string, body: unknown): Answer {
    if (url === PROVIDER_ROUTES.versions) return this.#takeAll(versionsOf(body));
    const [, , , recordId = '', , version = '', wraps] = url.split('/');
    return wraps === undefined
      ? this.#take(body as StoreRecordRequest)
      : this.#wraps(`${recordId} ${version}`, body as ReplaceWrapsRequest | undefined);
  }

  #takeAll(versions: StoreRecordsRequest['versions']): Answer {
    this.batches.push(versions.length);
    if (versions.some(({ statement }) => this.unreadable.has(versionIdOf(statement))))
      return problem(400, 'VALIDATION_FAILED');
    const items = versions.map((version): StoreItem => {
      const { status, answer } = this.#take(version);
      if (status < 300) return { stored: answer as StoreRecordAnswer };
      const { code, reason } = answer as { readonly code: string; readonly reason?: string };
      return { problem: { code, status, detail: code, ...(reason !== undefined && { reason }) } };
    });
    return { status: 200, answer: { items } };
  }

  #take(request: StoreRecordRequest): Answer {
    const { statement } = request;
    const { recordId, version, manifestHash, ciphertextSha256 } = bodyOf(statement);
    const versionId = versionIdOf(statement);
    this.arrived.push(versionId);
    if (this.unreadable.has(versionId)) return problem(400, 'VALIDATION_FAILED');
    if (this.behaviour === 'refuses') return problem(503, 'LEDGER_UNAVAILABLE');
    if (this.behaviour === 'says-it-was-refused')
      return problem(422, 'RECORD_REFUSED', { reason: 'AUTHOR_MISMATCH' });
    const before = this.ledger.get(versionId);
    if (before !== undefined && before.statement !== statement)
      // A provider that holds the other one itself says so under its own name.
      return before.providerId === this.providerId
        ? problem(409, 'RECORD_EXISTS')
        : problem(422, 'RECORD_REFUSED', { reason: 'RECORD_EXISTS' });
    const { providerId } = this;
    this.ledger.set(versionId, { statement, providerId });
    this.requests.set(versionId, request);
    if (!this.wraps.has(versionId)) this.hold(versionId, request);
    const [txId, blockNumber] = [sha256Hex(statement), 1];
    const stored = { recordId, version, txId, blockNumber };
    const receipt = makeStoreReceipt(
      {
        ...stored,
        ...{ manifestHash, ciphertextSha256, provider: providerId },
        storedAt: new Date().toISOString(),
      },
      this.behaviour === 'signs-with-another-key' ? generateEd25519().signer : this.signer,
    );
    const answer: StoreRecordAnswer = { ...stored, providerId, receipt };
    return { status: 200, answer };
  }

  /** As a provider does: the next number, without whom its peer does not know, with whom it does. */
  #wraps(versionId: string, request: ReplaceWrapsRequest | undefined): Answer {
    const held = this.wraps.get(versionId);
    if (this.behaviour === 'refuses') return problem(503, 'LEDGER_UNAVAILABLE');
    if (held === undefined) return problem(404, 'RECORD_UNKNOWN');
    if (request === undefined) return { status: 200, answer: held };
    if (request.wrapSet === held.wrapSet) return { status: 200, answer: { acceptance: held.acceptance } };
    const [{ seq }, next] = [readWrapSet(held.wrapSet), readWrapSet(request.wrapSet)];
    if (next.seq !== seq + 1) return problem(409, 'WRAPS_SEQ_MISMATCH', { seq });
    const kids = matchWraps(next, request.wraps).map(({ kid }) => kid);
    const { allowed } = this;
    const drop = kids.filter((kid) => allowed?.has(kid) === false);
    const keep = this.kidsOf(versionId).filter((kid) => allowed?.has(kid) === true && !kids.includes(kid));
    if (drop.length + keep.length > 0) return problem(409, 'WRAPS_MISMATCH', { drop, keep });
    this.hold(versionId, request);
    this.replaced.push(next.seq);
    this.replacedOf.push(versionId);
    return { status: 200, answer: { acceptance: this.wraps.get(versionId)?.acceptance } };
  }

  #accept(wrapSet: string): string {
    const acceptedAt = new Date().toISOString();
    const signer = this.behaviour === 'signs-with-another-key' ? generateEd25519().signer : this.signer;
    return makeWrapsAcceptance(
      { wrapSet, set: readWrapSet(wrapSet), provider: this.providerId, acceptedAt },
      signer,
    );
  }
}

const versionsOf = (request: unknown) => (request as StoreRecordsRequest).versions;

const bodyOf = (statement: string) => readStatement(statement).payload.body as StatementBody<'storeRecord'>;

function versionIdOf(statement: string): string {
  const { recordId, version } = bodyOf(statement);
  return `${recordId} ${version}`;
}

function problem(status: number, code: string, members: object = {}): Answer {
  return { status, answer: { type: 'about:blank', title: code, status, code, ...members } };
}
