import { sha256 } from '@careledger/crypto';
import { frameOrigin } from '@careledger/private-chain';
import { framesTopic, resultsTopic } from '@careledger/protocol';
import type { Vector } from '@careledger/spec';
import { device, deviceId, deviceKey } from './fixtures.js';

const EPOCH = 'AAECAwQFBgcICQoLDA0ODw';

/** What follows from a device's key. */
export type IdVector = {
  type: 'ids';
  description: string;
  deviceKey: string;
  kid: string;
  deviceId: string;
  framesTopic: string;
  resultsTopic: string;
  epoch: string;
  origin: string;
};

export const idVectors = (): Vector<IdVector>[] => [
  {
    name: 'ids',
    type: 'ids',
    description: 'Key ID, device ID, topics, and prev of frame 0 in an epoch, from a public key',
    ...{ deviceKey, kid: device.kid, deviceId },
    framesTopic: framesTopic(deviceId),
    resultsTopic: resultsTopic(deviceId),
    epoch: EPOCH,
    origin: frameOrigin(deviceId, EPOCH, sha256),
  },
];
