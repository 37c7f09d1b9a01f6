import type { ServiceError } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';

/** Trailer in which gRPC carries a google.rpc.Status (gRPC documentation, "Richer error model"). */
const DETAILS_TRAILER = 'grpc-status-details-bin';

/** What a node said, with what the nodes behind a gateway said. */
export function describe(error: ServiceError): string {
  const [trailer] = error.metadata.get(DETAILS_TRAILER);
  if (!(trailer instanceof Uint8Array)) return error.details;
  const nodes = google.rpc.Status.deserializeBinary(trailer)
    .getDetailsList()
    .map((any) => gateway.ErrorDetail.deserializeBinary(any.getValue_asU8()))
    .map((detail) => `${detail.getMspId()} at ${detail.getAddress()}: ${detail.getMessage()}`);
  return nodes.length === 0 ? error.details : `${error.details} (${nodes.join('; ')})`;
}
