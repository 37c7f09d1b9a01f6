import { EXAMPLE } from '@careledger/domain/examples';
import type { DeviceView, PairingCodeView } from './schemas.js';

export const device: DeviceView = {
  deviceId: EXAMPLE.deviceId,
  patientId: EXAMPLE.patientId,
  type: 'continuous-glucose-monitor',
  codes: ['99504-3'],
  status: 'active',
  registeredAt: EXAMPLE.at[0],
  changedAt: EXAMPLE.at[0],
  epoch: EXAMPLE.epoch,
  nextSeq: 288,
  missing: 0,
};
export const pairingCode: PairingCodeView = {
  pairingCode: 'k3v7q2mzr5xw4tnb',
  expiresAt: EXAMPLE.at[2],
  gatewayId: EXAMPLE.gatewayId,
};
