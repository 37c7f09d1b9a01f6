import { peer } from '@hyperledger/fabric-protos';

const OK = 200;
const NOT_FOUND = 404;
const ERROR = 500;

/** A system chaincode's answer. */
export function success(payload: Uint8Array): peer.Response {
  const response = new peer.Response();
  response.setStatus(OK);
  response.setPayload(payload);
  return response;
}

/** A system chaincode's refusal. */
export function failure(message: string): peer.Response {
  const response = new peer.Response();
  response.setStatus(ERROR);
  response.setMessage(message);
  return response;
}

/** What is asked for is not there. */
export function notFound(message: string): peer.Response {
  const response = failure(message);
  response.setStatus(NOT_FOUND);
  return response;
}
