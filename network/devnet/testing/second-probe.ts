/** The same contract in a package of its own: definitions that share one package cannot call each other. */
export { contracts } from './probe.js';
