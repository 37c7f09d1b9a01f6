import type { OrganizationDefinition } from '@careledger/network-definition';

/** Who certifies devices for the broker: its TLS authority issues client certificates to devices and to nobody else. */
export const DEVICES_MSP = 'DevicesMSP';

export const DEVICES_ORGANIZATION: OrganizationDefinition = {
  mspId: DEVICES_MSP,
  name: 'devices',
  domain: 'devices.careledger.example',
};
