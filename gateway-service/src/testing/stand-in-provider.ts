import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateEd25519, sha256Hex } from '@careledger/crypto';
import type { StatementBody } from '@careledger/contracts';
import { makeStoreReceipt } from '@careledger/envelope';
import type { StoreRecordAnswer, StoreRecordRequest } from '@careledger/protocol';
import { readStatement } from '@careledger/statements';

/** What the ledger has, shared by providers: one statement for each version of a record. */
export type StoredVersions = Map<string, { readonly statement: string; readonly providerId: string }>;

/**
 * What becomes of a request: taken and answered, taken with the answer lost, not taken since its ledger is away; taken
 * and receipted with a key that is not the provider's; not taken, with a lie about the ledger.
 */
export type Mood = 'answers' | 'loses-answer' | 'refuses' | 'signs-with-another-key' | 'says-it-was-refused';

/** A cloud provider as the outbox sees one: it really signs, and the ledger that it shares takes a version once. */
export class StandInProvider implements AsyncDisposable {
  readonly signer = generateEd25519().signer;
  /** Record and version of every request that arrived, in order. */
  readonly arrived: string[] = [];
  mood: Mood = 'answers';
  delayMs = 0;
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
        setTimeout(() => {
          const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as StoreRecordRequest;
          const { status, answer } = this.#take(body);
          if (this.mood === 'loses-answer') {
            response.destroy();
            return;
          }
          const type = status < 300 ? 'application/json' : 'application/problem+json';
          response.writeHead(status, { 'content-type': type }).end(JSON.stringify(answer));
        }, this.delayMs);
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

  #take({ statement }: StoreRecordRequest): { status: number; answer: object } {
    const body = readStatement(statement).payload.body as StatementBody<'storeRecord'>;
    const { recordId, version, manifestHash, ciphertextSha256 } = body;
    const place = `${recordId} ${version}`;
    this.arrived.push(place);
    if (this.mood === 'refuses') return problem(503, 'LEDGER_UNAVAILABLE');
    if (this.mood === 'says-it-was-refused') return problem(422, 'RECORD_REFUSED', 'AUTHOR_MISMATCH');
    const before = this.ledger.get(place);
    if (before !== undefined && before.statement !== statement)
      // A provider that holds the other one itself says so under its own name.
      return before.providerId === this.providerId
        ? problem(409, 'RECORD_EXISTS')
        : problem(422, 'RECORD_REFUSED', 'RECORD_EXISTS');
    this.ledger.set(place, { statement, providerId: this.providerId });
    const { providerId } = this;
    const [txId, blockNumber] = [sha256Hex(statement), 1];
    const stored = { recordId, version, txId, blockNumber };
    const receipt = makeStoreReceipt(
      {
        ...stored,
        ...{ manifestHash, ciphertextSha256, provider: providerId },
        storedAt: new Date().toISOString(),
      },
      this.mood === 'signs-with-another-key' ? generateEd25519().signer : this.signer,
    );
    const answer: StoreRecordAnswer = { ...stored, providerId, receipt };
    return { status: 200, answer };
  }
}

function problem(status: number, code: string, reason?: string): { status: number; answer: object } {
  return { status, answer: { type: 'about:blank', title: code, status, code, ...(reason && { reason }) } };
}
