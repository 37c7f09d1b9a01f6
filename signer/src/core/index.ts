export { ConsentSigner, newContent, type PlainDecision, type Prepared } from './consent-signer.js';
export { deliver, type Delivered } from './delivery.js';
export { SignerError, type SignerErrorCode } from './errors.js';
export { GatewayClient, type GatewayAddress } from './gateway-client.js';
export { decisionsOf, type Signed } from './journal.js';
export type { GatewayView, OwnState } from './own-state.js';
export {
  PASSPHRASE_MIN_CHARS,
  newVault,
  openVault,
  type Scrypt,
  type Vault,
  type VaultContent,
} from './vault.js';
