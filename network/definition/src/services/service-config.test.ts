import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  callersOf,
  loadNetworkDefinition,
  planNetwork,
  serviceConfig,
  servicesOf,
  type ServiceNode,
  type ServiceToken,
} from '../index.js';

const plan = planNetwork(loadNetworkDefinition(), { profile: 'full', runner: 'native' });
const services = servicesOf(plan);
const service = (id: string): ServiceNode => {
  const found = services.find((each) => each.id === id);
  if (found === undefined) throw new RangeError(`There is no ${id}`);
  return found;
};
const tokensAt = (callee: ServiceNode): ServiceToken[] =>
  callersOf(callee, services).map(({ id, mspId }) => ({
    token: `of ${id} at ${callee.id}`,
    role: 'system',
    mspId,
  }));
const configOf = (id: string) =>
  serviceConfig(service(id), {
    plan,
    networkId: 'careledger',
    services,
    tokensAt,
    setting: {
      listenHost: '127.0.0.1',
      connectionFile: 'connection.json',
      identity: { certificateFile: 'cert.pem', privateKeyFile: 'key.pem' },
      dataDir: id,
    },
  });

describe('configuration of services', () => {
  test('a caller has the token that its callee takes, and no other can use it there', () => {
    const { auth } = configOf('cloud-b');
    const given = configOf('api-lab').providers.find(({ providerId }) => providerId === 'prv_cloud-b');
    const sha256 = createHash('sha256')
      .update(given?.token ?? '')
      .digest('hex');
    expect(auth.tokens.filter((entry) => entry.sha256 === sha256)).toEqual([
      { sha256, role: 'system', mspId: 'LabMSP' },
    ]);
  });

  test('nobody calls an api but the gateway, and nobody itself', () => {
    const callers = (id: string): string[] => callersOf(service(id), services).map((each) => each.id);
    expect(callers('api-lab')).toEqual(['gateway']);
    expect(callers('gateway')).toEqual([]);
    expect(callers('cloud-a').sort()).toEqual(
      services
        .map(({ id }) => id)
        .filter((id) => id !== 'cloud-a')
        .sort(),
    );
  });

  test('who has no peer on a channel asks those of all members that have one', () => {
    const cloud = plan.channels.find(({ name }) => name === 'cloud')?.organizations;
    expect(configOf('api-hospital').ledger.peerMspIds).toEqual({ cloud });
    expect(configOf('cloud-a').ledger).not.toHaveProperty('peerMspIds');
    expect(configOf('gateway').ledger).not.toHaveProperty('peerMspIds');
  });

  test('a token that was never drawn is an error, not an empty one', () => {
    const options = { plan, networkId: 'careledger', services, tokensAt: () => [] };
    const setting = {
      listenHost: '127.0.0.1',
      connectionFile: '',
      identity: { certificateFile: '', privateKeyFile: '' },
      dataDir: '',
    };
    expect(() => serviceConfig(service('gateway'), { ...options, setting })).toThrow(RangeError);
  });
});
