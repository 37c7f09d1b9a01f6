import { setTimeout } from 'node:timers/promises';

const DELAY_MS = 1_500;
await setTimeout(DELAY_MS);

/** A chaincode that takes long to load, for the control. */
export { chaincode } from './put-chaincode.js';
