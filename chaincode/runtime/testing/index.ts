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
export { TestDelegate } from './delegates.js';
export { MemoryNetwork, codeOf } from './memory-network.js';
export type { Endorsed, MemoryProposal } from './memory-network.js';
export { ChaincodeFixture, newId, newRecord } from './fixture.js';
export type { Call } from './fixture.js';
