import { describe, expect, test } from '@jest/globals';
import { networkIdOf } from '../network-id.js';
import { serverConfigOf } from './server-config.js';

describe('where a chaincode listens', () => {
  const environment = {
    CHAINCODE_SERVER_ADDRESS: '0.0.0.0:7052',
    CHAINCODE_ID: 'records:1',
    ACCESS_CONTROL_CHAINCODE_SERVER_ADDRESS: '0.0.0.0:7053',
    ACCESS_CONTROL_CHAINCODE_ID: 'access-control:1',
  };

  test('is named by Fabric’s variables, or by the chaincode’s where there are several', () => {
    expect(serverConfigOf(environment)).toEqual({ address: '0.0.0.0:7052', chaincodeId: 'records:1' });
    expect(serverConfigOf(environment, 'access-control')).toEqual({
      address: '0.0.0.0:7053',
      chaincodeId: 'access-control:1',
    });
  });

  test('is an error that says what to set where it is not named', () => {
    expect(() => serverConfigOf(environment, 'records')).toThrow('RECORDS_CHAINCODE_SERVER_ADDRESS');
  });

  test('is never plain text with half a TLS configuration', () => {
    expect(() => serverConfigOf({ ...environment, CHAINCODE_TLS_CERT: 'cert.pem' })).toThrow(
      'CHAINCODE_TLS_KEY',
    );
    expect(() => serverConfigOf({ ...environment, CHAINCODE_TLS_CLIENT_ROOTS: 'ca.pem' })).toThrow(
      'CHAINCODE_TLS_KEY',
    );
    const tls = { CHAINCODE_TLS_KEY: 'key.pem', CHAINCODE_TLS_CERT: 'cert.pem' };
    expect(serverConfigOf({ ...environment, ...tls }).tls).toEqual({
      keyFile: 'key.pem',
      certFile: 'cert.pem',
    });
  });
});

test('a chaincode that was not told its network does not take the statements of another one', () => {
  for (const environment of [{}, { CARELEDGER_NETWORK_ID: '' }])
    expect(() => networkIdOf(environment)).toThrow('Set CARELEDGER_NETWORK_ID');
});

test('a network ID that no statement could name is refused at start', () => {
  expect(networkIdOf({ CARELEDGER_NETWORK_ID: 'careledger' })).toBe('careledger');
  expect(() => networkIdOf({ CARELEDGER_NETWORK_ID: 'Not One' })).toThrow('CARELEDGER_NETWORK_ID');
});
