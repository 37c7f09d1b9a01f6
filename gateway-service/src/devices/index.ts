export { Device } from './device.js';
export { DeviceError, type DeviceErrorCode } from './errors.js';
export { DeviceRegistry } from './registry.js';
