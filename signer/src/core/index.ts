export { ConsentSigner, newContent, restored, type Prepared } from './consent-signer.js';
export { deliver } from './delivery.js';
export { SignerError } from './errors.js';
export { GatewayClient } from './gateway-client.js';
export { decisionsOf, readSigned, statementOf } from './journal.js';
export { fetchAuthorityKeys } from './published-keys.js';
export { printable } from './printable.js';
export type { GatewayView } from './own-state.js';
export { newVault, openVault, type Scrypt, type Vault, type VaultContent } from './vault.js';
