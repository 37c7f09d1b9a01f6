/** What runs in a browser too: tags, and sealing for one recipient. Hashes are parameters. */
export { granteeTagBy, scopeTagBy } from './tags.js';
export type { GranteeTerms } from './tags.js';
export { askedScopeHash } from './asked-scope.js';
export { copyUnitHash } from './copy-unit.js';
export { sealToOne } from './seal-to-one.js';
