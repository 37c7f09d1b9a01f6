import { describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import {
  CONTRACT_CODES,
  ContractError,
  STATEMENTS,
  accessControl,
  parseContractFailure,
  records,
  type ContractDefinition,
} from './index.js';

const contracts: ContractDefinition[] = [accessControl, records];

describe('contracts', () => {
  test('name only codes that exist, callers, and channels', () => {
    for (const contract of contracts)
      for (const [name, tx] of Object.entries(contract.transactions)) {
        expect({ name, callers: tx.callers.length > 0 }).toEqual({ name, callers: true });
        expect({ name, channels: tx.channels.length > 0 }).toEqual({ name, channels: true });
        for (const code of [...tx.codes, ...(tx.itemCodes ?? [])])
          expect(Object.keys(CONTRACT_CODES)).toContain(code);
      }
  });

  test('only what writes is submitted: an evaluate emits no event', () => {
    for (const contract of contracts)
      for (const tx of Object.values(contract.transactions))
        if (tx.kind === 'evaluate') expect(tx.event).toBeUndefined();
  });

  test('statement types are all different', () => {
    const types = Object.values(STATEMENTS).map((kind) => kind.typ);
    expect(new Set(types).size).toBe(types.length);
  });

  test('a grant with an unknown purpose, an extra member or no permission is refused', () => {
    const grant = {
      policySeq: 1,
      authorityId: 'aut_hospital',
      granteeTags: [],
      permissions: ['read'],
      scopeTags: [],
      purposes: ['TREAT'],
      from: '2026-01-01T00:00:00Z',
      delegable: false,
    };
    const { body } = STATEMENTS.grant;
    expect(Value.Check(body, grant)).toBe(true);
    expect(Value.Check(body, { ...grant, purposes: ['CURIOSITY'] })).toBe(false);
    expect(Value.Check(body, { ...grant, permissions: [] })).toBe(false);
    expect(Value.Check(body, { ...grant, name: 'Jane' })).toBe(false);
  });
});

describe('an endpoint on the ledger', () => {
  const isEndpoint = (endpoint: string) =>
    Value.Check(STATEMENTS.registerProvider.body.properties.endpoint, endpoint);

  test.each([
    'https://cloud.example',
    'https://cloud.example:8443/v1',
    'http://localhost:3000',
    'http://127.0.0.1:3000/v1',
    'http://[::1]:3000',
  ])('is encrypted, or reached by nobody else: %s', (endpoint) => expect(isEndpoint(endpoint)).toBe(true));

  test.each([
    'http://cloud.example',
    'http://10.0.0.1:3000',
    'http://localhost.evil.example',
    'http://127.0.0.1@evil.example',
    'http://127.0.0.1:80:80.evil.example',
    'https://user:secret@cloud.example',
    'https://',
    'ftp://localhost',
    'https://cloud.example/#here',
  ])('in the clear, or with more in it than an address, is refused: %s', (endpoint) =>
    expect(isEndpoint(endpoint)).toBe(false),
  );
});

describe('a contract failure', () => {
  test('is found within the prose that Fabric puts around it', () => {
    const error = new ContractError('NO_GRANT', undefined, { patientId: 'p' });
    const parsed = parseContractFailure(`chaincode response 500, ${error.toMessage()}`);
    expect(parsed).toEqual({
      code: 'NO_GRANT',
      message: CONTRACT_CODES.NO_GRANT,
      details: { patientId: 'p' },
    });
  });

  test('is not invented from other prose', () => {
    expect(
      parseContractFailure('make sure the chaincode records has been successfully defined'),
    ).toBeUndefined();
    expect(parseContractFailure('{"code":"MADE_UP","message":"x"}')).toBeUndefined();
  });
});
