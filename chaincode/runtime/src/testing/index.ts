export { admin, client, enroller, peer } from './callers.js';
export {
  TestIssuer,
  TestOrganisation,
  TestPatient,
  newEncryptionKey,
  newSigner,
  publicKeyOf,
} from './issuers.js';
export type { StatementOptions } from './issuers.js';
export { MemoryNetwork, codeOf } from './memory-network.js';
export type { Endorsed, MemoryProposal } from './memory-network.js';
export { TestScene, newId, newRecord } from './scene.js';
export type { Call } from './scene.js';
