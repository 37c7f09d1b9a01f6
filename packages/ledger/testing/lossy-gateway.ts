import { createPublicKey, verify } from 'node:crypto';
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { connect, hash, type Signer } from '@hyperledger/fabric-gateway';
import { common, gateway, msp, peer } from '@hyperledger/fabric-protos';
import type { PeerGateway } from '../src/fabric/peer-route.js';

/**
 * What happens to one sending of a transaction:
 * `commit`; `commit-silently` (ordered, but the connection breaks before the answer); `lose` (taken, but
 * its orderer dies: it is in no block, and no status comes); `break` (the connection breaks before it is
 * taken); `refuse` (the orderer says no).
 */
export type Fate = 'commit' | 'commit-silently' | 'lose' | 'break' | 'refuse';

interface Message {
  serializeBinary(): Uint8Array;
}

/**
 * A gateway peer for tests: it assembles real transactions, checks the client's signature over them,
 * remembers the first status of each transaction id as a ledger does, and fails as it is told to.
 */
export class LossyGateway implements AsyncDisposable {
  readonly #server = new Server();
  readonly #committed = new Map<string, { code: number; block: number }>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #clients: Client[] = [];
  #port = 0;
  /** Fate of the n-th sending, counted from 0 over all transactions. */
  fate: (sending: number) => Fate = () => 'commit';
  /** Validation code of what commits. */
  validationCode: number = peer.TxValidationCode.VALID;
  /** Orderers refuse what they have ordered before, as BFT ones do; Raft ones order it once more. */
  knowsOrdered = false;
  /** The envelope's bytes of each sending. */
  readonly sendings: Buffer[] = [];
  /** Of each evaluation, the organisations whose peers it names. */
  readonly evaluated: string[][] = [];

  /** @param port a free one by default */
  async start(port = 0): Promise<void> {
    const unary = <Request, Response extends Message>(
      name: string,
      read: (bytes: Uint8Array) => Request,
      answer: (request: Request, done: (error: status | null, response?: Response) => void) => void,
    ) => ({
      definition: {
        path: `/gateway.Gateway/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: (value: Request) => Buffer.from(value as unknown as Uint8Array),
        requestDeserialize: (bytes: Buffer) => read(bytes),
        responseSerialize: (value: Response) => Buffer.from(value.serializeBinary()),
        responseDeserialize: (bytes: Buffer) => bytes as unknown as Response,
      } as const,
      handler: (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) =>
        answer(call.request, (error, response) =>
          error === null ? callback(null, response) : callback({ code: error, details: 'as told' }),
        ),
    });
    const endorse = unary('Endorse', gateway.EndorseRequest.deserializeBinary, this.#endorse.bind(this));
    const evaluate = unary('Evaluate', gateway.EvaluateRequest.deserializeBinary, this.#evaluate.bind(this));
    const submit = unary('Submit', gateway.SubmitRequest.deserializeBinary, this.#submit.bind(this));
    const state = unary(
      'CommitStatus',
      gateway.SignedCommitStatusRequest.deserializeBinary,
      this.#status.bind(this),
    );
    this.#server.addService(
      {
        endorse: endorse.definition,
        evaluate: evaluate.definition,
        submit: submit.definition,
        commitStatus: state.definition,
      },
      {
        endorse: endorse.handler,
        evaluate: evaluate.handler,
        submit: submit.handler,
        commitStatus: state.handler,
      },
    );
    this.#port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
  }

  get port(): number {
    return this.#port;
  }

  /** A client whose identity is the bare public key, which is what signatures are checked against. */
  connect(publicKeyPem: string, signer: Signer): PeerGateway {
    const client = new Client(`127.0.0.1:${this.#port}`, credentials.createInsecure());
    this.#clients.push(client);
    const identity = { mspId: 'TestMSP', credentials: Buffer.from(publicKeyPem) };
    return { client, gateway: connect({ client, identity, signer, hash: hash.none }) };
  }

  /** How many different transactions are in blocks. */
  get committed(): number {
    return this.#committed.size;
  }

  /** Ends at once, as a killed process does. */
  stop(): void {
    this.#server.forceShutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#server.forceShutdown();
  }

  #evaluate(
    request: gateway.EvaluateRequest,
    done: (error: status | null, response?: gateway.EvaluateResponse) => void,
  ) {
    this.evaluated.push(request.getTargetOrganizationsList());
    const result = new gateway.EvaluateResponse();
    result.setResult(chaincodeAnswer());
    done(null, result);
  }

  #endorse(
    request: gateway.EndorseRequest,
    done: (error: status | null, response?: gateway.EndorseResponse) => void,
  ) {
    const proposal = peer.Proposal.deserializeBinary(
      request.getProposedTransaction()?.getProposalBytes_asU8() ?? new Uint8Array(),
    );
    const action = new peer.ChaincodeAction();
    action.setResponse(chaincodeAnswer());
    const response = new peer.ProposalResponsePayload();
    response.setExtension$(action.serializeBinary());
    const endorsed = new peer.ChaincodeEndorsedAction();
    endorsed.setProposalResponsePayload(response.serializeBinary());
    const actionPayload = new peer.ChaincodeActionPayload();
    actionPayload.setChaincodeProposalPayload(proposal.getPayload_asU8());
    actionPayload.setAction(endorsed);
    const transactionAction = new peer.TransactionAction();
    transactionAction.setPayload(actionPayload.serializeBinary());
    const transaction = new peer.Transaction();
    transaction.setActionsList([transactionAction]);
    const payload = new common.Payload();
    payload.setHeader(common.Header.deserializeBinary(proposal.getHeader_asU8()));
    payload.setData(transaction.serializeBinary());
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    const result = new gateway.EndorseResponse();
    result.setPreparedTransaction(envelope);
    done(null, result);
  }

  #submit(
    request: gateway.SubmitRequest,
    done: (error: status | null, response?: gateway.SubmitResponse) => void,
  ) {
    const envelope = request.getPreparedTransaction() ?? new common.Envelope();
    const fate = this.fate(this.sendings.length);
    this.sendings.push(Buffer.from(envelope.serializeBinary()));
    if (!isSignedByCreator(envelope) || fate === 'refuse') return done(status.ABORTED);
    if (this.knowsOrdered && this.#committed.has(request.getTransactionId())) return done(status.UNAVAILABLE);
    if (fate === 'commit' || fate === 'commit-silently') this.#commit(request.getTransactionId());
    if (fate === 'break' || fate === 'commit-silently') return done(status.UNAVAILABLE);
    done(null, new gateway.SubmitResponse());
  }

  #status(
    signed: gateway.SignedCommitStatusRequest,
    done: (error: status | null, response?: gateway.CommitStatusResponse) => void,
  ) {
    const transactionId = gateway.CommitStatusRequest.deserializeBinary(
      signed.getRequest_asU8(),
    ).getTransactionId();
    const answer = (): void => {
      const known = this.#committed.get(transactionId);
      if (!known) return;
      const response = new gateway.CommitStatusResponse();
      response.setResult(known.code as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]);
      response.setBlockNumber(known.block);
      done(null, response);
    };
    if (this.#committed.has(transactionId)) answer();
    else this.#waiting.set(transactionId, [...(this.#waiting.get(transactionId) ?? []), answer]);
  }

  #commit(transactionId: string): void {
    // A second copy is DUPLICATE_TXID in its own block; the id keeps its first status.
    if (!this.#committed.has(transactionId)) {
      this.#committed.set(transactionId, { code: this.validationCode, block: this.#committed.size + 1 });
    }
    for (const answer of this.#waiting.get(transactionId) ?? []) answer();
    this.#waiting.delete(transactionId);
  }
}

function isSignedByCreator(envelope: common.Envelope): boolean {
  const header = common.Payload.deserializeBinary(envelope.getPayload_asU8()).getHeader();
  const { creator } = common.SignatureHeader.deserializeBinary(
    header?.getSignatureHeader_asU8() ?? new Uint8Array(),
  ).toObject();
  const identity = msp.SerializedIdentity.deserializeBinary(Buffer.from(creator as string, 'base64'));
  const key = createPublicKey(Buffer.from(identity.getIdBytes_asU8()));
  return verify('sha256', envelope.getPayload_asU8(), key, envelope.getSignature_asU8());
}

/** What the chaincode says to everything. */
function chaincodeAnswer(): peer.Response {
  const answer = new peer.Response();
  answer.setStatus(200);
  answer.setPayload(Buffer.from('"done"'));
  return answer;
}
