export { Device } from './device.js';
export { DeviceError, type DeviceErrorCode } from './errors.js';
export * from './limits.js';
export type { NewPairingCode, PairingCode } from './pairing-codes.js';
export { DeviceRegistry, assertActive, type DeviceRegistryOptions } from './registry.js';
