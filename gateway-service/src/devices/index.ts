export { Device } from './device.js';
export { DeviceError, type DeviceErrorCode } from './errors.js';
export { DeviceRegistry, type Admission } from './registry.js';
