import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import { BroadcastRefusal } from '../order/admission.js';
import type { Orderer } from '../order/orderer.js';
import type { ErrorDetail } from '../rpc/rpc-error.js';
import { RpcError } from '../rpc/rpc-error.js';

/** Gateway.Submit: hands a signed transaction to the orderer. Success means accepted, not committed. */
export function submit(
  request: gateway.SubmitRequest,
  orderers: ReadonlyMap<string, Orderer>,
  ordererDetail: (message: string) => ErrorDetail,
): gateway.SubmitResponse {
  const transaction = request.getPreparedTransaction();
  if (!transaction) throw new RpcError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
  if (transaction.getSignature_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
  }
  const orderer = orderers.get(request.getChannelId());
  if (!orderer) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `failed to get config for channel [${request.getChannelId()}]: could not get last config for channel ${request.getChannelId()}`,
    );
  }
  try {
    orderer.submit(Buffer.from(transaction.serializeBinary()));
  } catch (error) {
    if (!(error instanceof BroadcastRefusal)) throw error;
    const said = `received unsuccessful response from orderer: status=${error.status}, info=${error.message}`;
    if (error.status !== 'SERVICE_UNAVAILABLE') throw new RpcError(status.ABORTED, said);
    throw new RpcError(status.UNAVAILABLE, 'no orderers could successfully process transaction', [
      ordererDetail(said),
    ]);
  }
  return new gateway.SubmitResponse();
}
