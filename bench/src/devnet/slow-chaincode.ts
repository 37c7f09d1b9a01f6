import { setTimeout } from 'node:timers/promises';

const DELAY_MS = 1_500;
await setTimeout(DELAY_MS);

/**
 * A chaincode that takes long to load, for the control.
 * @public read by the peer that loads this module
 */
export { chaincode } from './put-chaincode.js';
