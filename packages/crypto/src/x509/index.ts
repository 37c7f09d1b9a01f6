export { makeCertificate, type CertificateContent } from './certificate.js';
export { nameHashOf, readAuthority, type CertificateAuthority } from './authority.js';
export { makeRevocationList, revocationListTime } from './revocation-list.js';
