import { Metadata } from '@grpc/grpc-js';
import type { status } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';

/** Trailer in which gRPC carries a google.rpc.Status. */
const STATUS_DETAILS = 'grpc-status-details-bin';
const ERROR_DETAIL_TYPE = 'type.googleapis.com/gateway.ErrorDetail';

/** What one peer or orderer said, as Fabric's gateway reports it. */
export interface ErrorDetail {
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

/** A gRPC error as Fabric's gateway gives it: a code, a message, and what each node said. */
export class RpcError extends Error {
  readonly code: status;
  readonly metadata: Metadata;

  constructor(code: status, message: string, details: readonly ErrorDetail[] = []) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.metadata = new Metadata();
    if (details.length > 0) this.metadata.set(STATUS_DETAILS, encodeStatus(code, message, details));
  }

  /** grpc-js sends `details` as the status message. */
  get details(): string {
    return this.message;
  }
}

function encodeStatus(code: status, message: string, details: readonly ErrorDetail[]): Buffer {
  const proto = new google.rpc.Status();
  proto.setCode(code);
  proto.setMessage(message);
  proto.setDetailsList(
    details.map((each) => {
      const detail = new gateway.ErrorDetail();
      detail.setAddress(each.address);
      detail.setMspId(each.mspId);
      detail.setMessage(each.message);
      const any = new anyPb.Any();
      any.setTypeUrl(ERROR_DETAIL_TYPE);
      any.setValue(detail.serializeBinary());
      return any;
    }),
  );
  return Buffer.from(proto.serializeBinary());
}
