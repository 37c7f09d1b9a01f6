export { nameHashOf, readAuthority, type CertificateAuthority } from './authority.js';
export { makeRevocationList, revocationListTime, type RevocationList } from './revocation-list.js';
