import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { STATEMENTS, type AuthorityState, type KeyPeriod, type StatementBody } from '@careledger/contracts';
import { generateEd25519, generateX25519, toBase64url, type Signer } from '@careledger/crypto';
import type { EmergencyNoticeHttp } from '@careledger/protocol';
import { makeStatement, readStatement } from '@careledger/statements';

/** Somebody of the authority, and when that one acknowledges. */
export const PRACTITIONER = `prc_${'a'.repeat(32)}`;
export const ACKNOWLEDGED_AT = '2026-05-05T12:01:00.000Z';
const FORMERLY = '2025-01-01T00:00:00.000Z';
const SINCE = '2026-01-01T00:00:00.000Z';

/**
 * What becomes of a notice: receipted; taken with a 202 that nobody signed, or that another key signed; answered with the
 * receipt of another notice; refused.
 */
export type AuthorityBehaviour =
  'receipts' | 'signs-nothing' | 'signs-with-another-key' | 'receipts-another' | 'refuses';

/** An authority as a gateway sees one: keys on the ledger, and an api that takes notices. It really signs. */
export class StandInAuthority implements AsyncDisposable {
  readonly signer = generateEd25519().signer;
  /** In force before this one. */
  readonly formerSigner = generateEd25519().signer;
  readonly encryption = generateX25519();
  readonly received: EmergencyNoticeHttp[] = [];
  behaviour: AuthorityBehaviour = 'receipts';
  /** What a question for an acknowledgement is answered with, by the notice's `sid`; unsaid: nobody has acknowledged. */
  acknowledgement: (noticeSid: string) => string | undefined = () => undefined;
  /** Questions for acknowledgements so far. */
  asked = 0;
  endpoint: string | undefined;
  #server: Server | undefined;

  constructor(
    readonly authorityId: string,
    readonly networkId: string,
  ) {}

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      if (request.method === 'GET') {
        this.asked += 1;
        const statement = this.acknowledgement(
          /emergency-notices\/([\w-]+)\//.exec(request.url ?? '')?.[1] ?? '',
        );
        const said = statement && { statement, practitionerId: PRACTITIONER, acknowledgedAt: SINCE };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(said === undefined ? {} : { acknowledgement: said }));
        return;
      }
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const notice = JSON.parse(Buffer.concat(chunks).toString('utf8')) as EmergencyNoticeHttp;
        this.received.push(notice);
        const status = this.behaviour === 'refuses' ? 503 : 202;
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(status === 503 ? {} : this.#answer(notice)));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    return this;
  }

  /** As the ledger has it. */
  get state(): AuthorityState {
    const period = (key: Uint8Array): KeyPeriod[] => [{ key: toBase64url(key), from: SINCE }];
    return {
      authorityId: this.authorityId,
      mspId: 'HospitalMSP',
      kind: 'hospital',
      signingKeys: [
        { key: toBase64url(this.formerSigner.publicKey), from: FORMERLY, until: SINCE },
        ...period(this.signer.publicKey),
      ],
      encryptionKeys: period(this.encryption.publicKey),
      breakGlassKeys: [],
      ...(this.endpoint !== undefined && { endpoint: this.endpoint }),
      registeredAt: SINCE,
    };
  }

  /** This authority's word that somebody saw a notice that it got. */
  acknowledge(
    { statement }: Pick<EmergencyNoticeHttp, 'statement'>,
    {
      signer = this.signer,
      signedAt,
      ...said
    }: Partial<StatementBody<'acknowledgement'>> & { signer?: Signer; signedAt?: string } = {},
  ): string {
    const { payload, hash } = readStatement(statement, { maxChars: statement.length });
    const { patientId, recordId, version } = payload.body as StatementBody<'emergencyNotice'>;
    return makeStatement(
      {
        ...{ typ: STATEMENTS.acknowledgement.typ, iss: this.authorityId, aud: this.networkId },
        channels: ['authorities'],
        iat: signedAt === undefined ? payload.iat : Date.parse(signedAt) / 1_000,
        body: {
          ...{ patientId, recordId, version, noticeSid: payload.sid, noticeHash: hash },
          ...{ practitionerId: PRACTITIONER, acknowledgedAt: ACKNOWLEDGED_AT },
          ...said,
        },
      },
      signer,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  #answer({ statement }: EmergencyNoticeHttp): object {
    if (this.behaviour === 'signs-nothing') return { created: true };
    const { payload, hash } = readStatement(statement);
    const noticeHash = this.behaviour === 'receipts-another' ? '0'.repeat(64) : hash;
    const receipt = makeStatement(
      {
        ...{ typ: STATEMENTS.noticeReceipt.typ, iss: this.authorityId, aud: this.networkId },
        channels: ['authorities'],
        body: {
          patientId: payload.iss,
          noticeSid: payload.sid,
          ...{ noticeHash, receivedAt: new Date().toISOString() },
        },
      },
      this.behaviour === 'signs-with-another-key' ? generateEd25519().signer : this.signer,
    );
    return { created: true, receipt };
  }
}
