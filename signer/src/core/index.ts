export { Appointment, DelegateCard } from './acting.js';
export { safeAddress } from './address.js';
export { approvalTerms } from './approval.js';
export type {
  AskedSubscription,
  DelegatedDecision,
  ListedDelegate,
  ListedPolicy,
  ListedRecovery,
  ListedRule,
  OfferedUse,
} from './answers.js';
export {
  ConsentSigner,
  newActingContent,
  newContent,
  newRecoveredContent,
  recoveredFrom,
  restored,
  type Prepared,
} from './consent-signer.js';
export { Desk, type Asked } from './desk.js';
export { bodyOf } from './fetch-json.js';
export { SignerError } from './errors.js';
export type { GatewayAddress, GatewayClient } from './gateway-client.js';
export { decisionsOf, offeredKeyIn, readSigned, statementOf } from './journal.js';
export { nameOfRecovery, recoveriesUnderWay } from './recoveries-under-way.js';
export { isStanding, ruleOf, type GatewayView } from './own-state.js';
export { SCOPE_FORMS, scopeTermOf, scopeWord, type ScopeForm } from './scope-term.js';
export { fetchAuthorityKeys } from './published-keys.js';
export { printable } from './printable.js';
export { newVault, openVault, type Scrypt, type Vault, type VaultContent } from './vault.js';
