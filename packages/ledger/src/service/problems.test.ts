import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { ProblemError } from '@careledger/service-kit';
import { describe, expect, test } from '@jest/globals';
import { LedgerError, type LedgerErrorCode } from '../error.js';
import { translateEarly, translateLookup } from '../fabric/translate.js';
import { ledgerProblems, onLedger, problemOfLedger } from './problems.js';

const ADDRESS = 'peer0.hospital.internal:7051';

/** As grpc-js and Fabric's gateway word it. */
const gatewayError = (code: status, message: string) =>
  new GatewayError({
    code,
    message,
    details: [{ address: ADDRESS, mspId: 'HospitalMSP', message }],
    cause: Object.assign(new Error(message), { name: 'ServiceError' }) as unknown as GatewayError['cause'],
  });
const refused = (chaincodeCode: 'RECORD_UNKNOWN' | 'VERSION_CONFLICT') =>
  new LedgerError('CHAINCODE_REFUSED', `records.GetRecord on cloud: ${chaincodeCode}: no`, {
    chaincodeCode,
    chaincodeDetails: { at: 1 },
    transactionId: 'tx1',
  });

describe('a failure of the ledger', () => {
  test.each([
    [
      'a peer that cannot be reached',
      status.UNAVAILABLE,
      `connect ECONNREFUSED 10.1.2.3:7051`,
      'UNAVAILABLE',
    ],
    [
      'a name that resolves to nothing',
      status.UNAVAILABLE,
      `getaddrinfo ENOTFOUND ${ADDRESS}`,
      'UNAVAILABLE',
    ],
    ['peers that disagree', status.ABORTED, `payloads of ${ADDRESS} do not match`, 'ENDORSEMENT_FAILED'],
    [
      'a peer that lets nobody in',
      status.PERMISSION_DENIED,
      `access denied by https://${ADDRESS}`,
      'PERMISSION_DENIED',
    ],
  ])('%s tells the caller no internal address, and the log all of it', (_what, code, message, ledgerCode) => {
    const error = translateEarly(
      'endorse',
      'records.StoreRecords on cloud',
      gatewayError(code, message),
      'tx1',
    );
    expect(error.message).toContain(message);
    const problem = problemOfLedger(error) as ProblemError<string>;
    expect(problem).toBeInstanceOf(ProblemError);
    expect(problem).toMatchObject({ code: 'LEDGER_UNAVAILABLE', members: { txId: 'tx1' } });
    expect(problem.message).toMatch(new RegExp(`^${ledgerCode}: [a-z ,]+$`));
    expect(JSON.stringify(problem.members)).not.toContain('7051');
    expect(problem.cause).toBe(error);
  });

  test('a transaction that no block holds is unknown: the ledger is there, and says so', () => {
    const said =
      'chaincode response 500, Failed to get block for txID ab, error no such transaction ID [ab] in index';
    const error = translateLookup('qscc.GetBlockByTxID on cloud', gatewayError(status.UNKNOWN, said), 'ab');
    const problem = problemOfLedger(error) as ProblemError<keyof typeof ledgerProblems>;
    expect(problem).toMatchObject({ code: 'TRANSACTION_UNKNOWN', members: { txId: 'ab' } });
    expect(ledgerProblems[problem.code].status).toBe(404);
  });

  test('a lookup that nobody answers says nothing about the transaction', () => {
    const error = translateLookup('x', gatewayError(status.UNAVAILABLE, 'no connection'), 'ab');
    expect(problemOfLedger(error)).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });

  test('an unknown object is a problem of its own name; other refusals are LEDGER_REFUSED, or as the caller calls it', () => {
    const members = { txId: 'tx1', details: { at: 1 } };
    expect(problemOfLedger(refused('RECORD_UNKNOWN'))).toMatchObject({
      code: 'RECORD_UNKNOWN',
      members: { ...members, reason: 'RECORD_UNKNOWN' },
    });
    expect(problemOfLedger(refused('VERSION_CONFLICT'))).toMatchObject({
      code: 'LEDGER_REFUSED',
      members: { ...members, reason: 'VERSION_CONFLICT' },
    });
    expect(problemOfLedger(refused('RECORD_UNKNOWN'), 'ACCESS_REFUSED')).toMatchObject({
      code: 'ACCESS_REFUSED',
      members: { ...members, reason: 'RECORD_UNKNOWN' },
    });
  });

  test('a refusal without a code of the chaincode still has a reason: null', () => {
    expect(problemOfLedger(new LedgerError('CHAINCODE_REFUSED', 'no'))).toMatchObject({
      code: 'LEDGER_REFUSED',
      members: { reason: null },
    });
  });

  test.each<LedgerErrorCode>(['COMMIT_UNKNOWN', 'MVCC_CONFLICT', 'CLOSED', 'TIMEOUT', 'BAD_RESPONSE'])(
    '%s is the ledger being away, with words of its own',
    (code) => {
      const problem = problemOfLedger(new LedgerError(code, 'x')) as Error;
      expect(problem).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
      expect(problem.message.length).toBeGreaterThan(`${code}: `.length);
    },
  );
});

test('what is no failure of the ledger comes through as it is', async () => {
  const error = new Error('mine');
  await expect(onLedger(() => Promise.reject(error))).rejects.toBe(error);
  await expect(onLedger(() => Promise.reject(refused('RECORD_UNKNOWN')))).rejects.toBeInstanceOf(
    ProblemError,
  );
  expect(await onLedger(() => Promise.resolve(7))).toBe(7);
});
