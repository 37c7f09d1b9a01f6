/** What runs in a browser too: tags, and sealing for one recipient and opening that. Hashes are parameters. */
export { granteeTagBy, scopeTagBy } from './tags.js';
export type { GranteeTerms } from './tags.js';
export { askedScopeHash } from './asked-scope.js';
export { copyUnitHash } from './copy-unit.js';
export { openToOne } from './open-to-one.js';
export type {
  /** @public the parameter of `openToOne` */
  OpeningKey,
} from './open-to-one.js';
export { sealToOne } from './seal-to-one.js';
