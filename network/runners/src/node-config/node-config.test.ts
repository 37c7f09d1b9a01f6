import { describe, expect, test } from '@jest/globals';
import { loadNetworkDefinition, planNetwork } from '@careledger/network-definition';
import { parse } from 'yaml';
import { builderConfig } from '../chaincode/builder-config.js';
import { chaincodeEnvironment } from '../chaincode/launch.js';
import { ordererConfig } from './orderer.js';
import { peerConfig } from './peer.js';

const plan = planNetwork(loadNetworkDefinition(), { profile: 'small', runner: 'native' });
const paths = { msp: '/m', tlsCert: '/c', tlsKey: '/k', tlsRoot: '/r', data: '/d' };
const [peer] = plan.peers;
const [orderer] = plan.orderers;
const [host] = plan.chaincodeHosts;
if (!peer || !orderer || !host) throw new Error('the small profile lacks nodes');

/** Every listening address in a configuration, wherever it stands. */
function listening(value: unknown, key = ''): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => listening(inner, name));
  }
  return /listenAddress/i.test(key) ? [String(value)] : [];
}

describe('node configuration', () => {
  const core = parse(
    peerConfig({
      node: peer,
      paths,
      network: plan.network,
      transactionTimeWindowMs: plan.transactionTimeWindowMs,
      listenHost: '127.0.0.1',
      ccaasBuilder: '/b',
    }),
  ) as Record<string, Record<string, unknown>>;
  const ordering = parse(ordererConfig({ node: orderer, paths, listenHost: '127.0.0.1' })) as Record<
    string,
    unknown
  >;

  test('listens on the host that the runner names and on no other interface', () => {
    const addresses = [...listening(core), ...listening(ordering)];
    expect(addresses.length).toBeGreaterThanOrEqual(6);
    for (const address of addresses) expect(address).toMatch(/^127\.0\.0\.1(:\d+)?$/);
  });

  test('refuses proposals outside the time window of the definition, expired identities, and unsigned ones', () => {
    expect(core['peer']).toMatchObject({
      authentication: { timewindow: '120000ms' },
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
      },
    });
  });

  test('TLS is on everywhere; administration asks for a certificate', () => {
    expect(core).toMatchObject({ peer: { tls: { enabled: true } }, operations: { tls: { enabled: true } } });
    expect(ordering).toMatchObject({
      General: { TLS: { Enabled: true } },
      Operations: { TLS: { Enabled: true } },
      Admin: { TLS: { Enabled: true, ClientAuthRequired: true, ClientRootCAs: ['/r'] } },
    });
  });

  test('no chaincode is started in containers of the peer; an empty environment variable could not say so', () => {
    expect(core).toMatchObject({ vm: { endpoint: '' } });
  });
});

describe('chaincode', () => {
  test('a peer is told one address per contract', () => {
    const config = JSON.parse(
      builderConfig(host, { rootCert: 'R', clientCert: 'C', clientKey: 'K' }),
    ) as unknown;
    expect(config).toEqual({
      accessControl: '127.0.0.1:17112',
      records: '127.0.0.1:17113',
      rootCert: 'R',
      clientCert: 'C',
      clientKey: 'K',
    });
  });

  test('a host is told its package IDs and addresses, and the network that statements have to name', () => {
    const pkg = (packageId: string) => ({ packageId, label: '', bytes: new Uint8Array() });
    const packages = new Map([
      ['access-control', pkg('access-control_1.0:a')],
      ['records', pkg('records_1.0:b')],
    ]);
    const env = chaincodeEnvironment({
      plan,
      host,
      packages,
      listenHost: '127.0.0.1',
      tlsCert: '/c',
      tlsKey: '/k',
      clientRoots: '/r',
    });
    expect(env).toEqual({
      CARELEDGER_NETWORK_ID: 'careledger',
      CARELEDGER_RECOVERERS: 'aut_hospital=registrar',
      CHAINCODE_TLS_CERT: '/c',
      CHAINCODE_TLS_KEY: '/k',
      CHAINCODE_TLS_CLIENT_ROOTS: '/r',
      ACCESS_CONTROL_CHAINCODE_ID: 'access-control_1.0:a',
      ACCESS_CONTROL_CHAINCODE_SERVER_ADDRESS: '127.0.0.1:17112',
      RECORDS_CHAINCODE_ID: 'records_1.0:b',
      RECORDS_CHAINCODE_SERVER_ADDRESS: '127.0.0.1:17113',
    });
  });
});
