import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { describe, expect, test } from '@jest/globals';
import {
  isReconnectable,
  translateEarly,
  translateStatus,
  translateStatusFailure,
  translateSubmit,
} from './translate.js';

const gatewayError = (code: status, message: string, ...details: string[]) =>
  new GatewayError({
    code,
    message,
    details: details.map((detail) => ({ address: 'peer:7051', mspId: 'LabMSP', message: detail })),
    cause: Object.assign(new Error(message), { name: 'ServiceError' }) as unknown as GatewayError['cause'],
  });
const refusal = JSON.stringify({
  code: 'GRANT_UNKNOWN',
  message: 'No such grant',
  details: { grantId: 'g1' },
});

describe('Fabric errors become ours', () => {
  test('the chaincode’s own code survives the prose around it', () => {
    const error = translateEarly(
      'endorse',
      'access-control.Revoke',
      gatewayError(status.ABORTED, 'failed to endorse transaction', `chaincode response 500, ${refusal}`),
      'tx1',
    );
    expect(error).toMatchObject({
      code: 'CHAINCODE_REFUSED',
      chaincodeCode: 'GRANT_UNKNOWN',
      chaincodeDetails: { grantId: 'g1' },
      transactionId: 'tx1',
      grpcCode: status.ABORTED,
      endpoints: [{ mspId: 'LabMSP' }],
    });
    expect(error.reproposable).toBe(false);
    expect(error.cause).toBeInstanceOf(GatewayError);
  });

  test('an evaluate carries the refusal in its own message', () => {
    const error = translateEarly('evaluate', 'x', gatewayError(status.UNKNOWN, `evaluate call: ${refusal}`));
    expect(error).toMatchObject({ code: 'CHAINCODE_REFUSED', chaincodeCode: 'GRANT_UNKNOWN' });
  });

  test.each([
    ['ProposalResponsePayloads do not match', status.ABORTED, 'ENDORSEMENT_FAILED', true],
    ['no combination of peers can be derived', status.FAILED_PRECONDITION, 'ENDORSEMENT_FAILED', true],
    ['connection refused', status.UNAVAILABLE, 'UNAVAILABLE', true],
    ['no such method yet', status.UNIMPLEMENTED, 'UNAVAILABLE', true],
    ['endorsement timeout', status.DEADLINE_EXCEEDED, 'TIMEOUT', true],
    ['bad proposal', status.INVALID_ARGUMENT, 'BAD_REQUEST', false],
    ['access denied: channel [cloud] creator org [X]', status.ABORTED, 'PERMISSION_DENIED', false],
  ] as const)('endorse: %s', (message, grpcCode, code, reproposable) => {
    expect(translateEarly('endorse', 'x', gatewayError(grpcCode, message))).toMatchObject({
      code,
      reproposable,
    });
  });

  test.each([
    ['connection reset', status.UNAVAILABLE, 'COMMIT_UNKNOWN'],
    ['deadline', status.DEADLINE_EXCEEDED, 'COMMIT_UNKNOWN'],
    ['cancelled by close', status.CANCELLED, 'COMMIT_UNKNOWN'],
    ['no such method yet', status.UNIMPLEMENTED, 'COMMIT_UNKNOWN'],
    ['status=BAD_REQUEST', status.ABORTED, 'ORDERER_REFUSED'],
  ] as const)('submit: %s', (message, grpcCode, code) => {
    const error = translateSubmit('x', gatewayError(grpcCode, message, message), 'tx1');
    expect(error).toMatchObject({ code, transactionId: 'tx1', reproposable: false });
  });

  test('an orderer that is not available has decided nothing', () => {
    const error = gatewayError(status.ABORTED, 'unsuccessful', 'status=SERVICE_UNAVAILABLE, info=no leader');
    expect(translateSubmit('x', error, 'tx1').code).toBe('COMMIT_UNKNOWN');
  });

  test.each([
    [403, 'PERMISSION_DENIED', false],
    [404, 'BAD_REQUEST', false],
    [503, 'UNAVAILABLE', true],
  ] as const)('a block stream that ends with status %i', (deliverStatus, code, reconnectable) => {
    const error = translateEarly('read', 'Blocks', new Error(`Unexpected status response: ${deliverStatus}`));
    expect([error.code, isReconnectable(error)]).toEqual([code, reconnectable]);
  });

  test('a status deadline leaves the outcome open', () => {
    const error = translateStatusFailure('x', gatewayError(status.DEADLINE_EXCEEDED, 'late'), 'tx1');
    expect(error).toMatchObject({ code: 'COMMIT_UNKNOWN', transactionId: 'tx1' });
  });

  test.each([
    [11, 'MVCC_CONFLICT', 'MVCC_READ_CONFLICT', true],
    [12, 'MVCC_CONFLICT', 'PHANTOM_READ_CONFLICT', true],
    [10, 'INVALIDATED', 'ENDORSEMENT_POLICY_FAILURE', false],
    [200, 'INVALIDATED', 'CODE_200', false],
  ] as const)('validation code %i', (code, ours, validationCode, reproposable) => {
    const void_ = { code: code as 11, successful: false, transactionId: 'tx1', blockNumber: 7n };
    expect(translateStatus('x', void_)).toMatchObject({
      code: ours,
      validationCode,
      transactionId: 'tx1',
      blockNumber: 7n,
      reproposable,
    });
  });
});
