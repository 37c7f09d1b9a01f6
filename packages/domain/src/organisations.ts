import type { AuthorityId, MspId, ProviderId } from './ids.js';

/** What every MSP ID of an authority or provider ends with. */
const MSP_SUFFIX = 'MSP';
/** Upper camel case: what kebab case maps back to letter by letter. */
const CAMEL = /^[A-Z][A-Za-z0-9]*$/;
/** Characters of an id behind its prefix; as `AuthorityId` and `ProviderId` have it. */
const SLUG_MAX_CHARS = 40;

/**
 * The name of an organisation in ids: the kebab case of its MSP ID without `MSP`, e.g. `cloud-a` of `CloudAMSP`.
 * Undefined for an MSP ID that does not map back: two of them would share one name.
 */
function slugOfMsp(mspId: MspId): string | undefined {
  if (!mspId.endsWith(MSP_SUFFIX)) return undefined;
  const name = mspId.slice(0, -MSP_SUFFIX.length);
  if (!CAMEL.test(name)) return undefined;
  const slug = name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();
  return slug.length <= SLUG_MAX_CHARS && mspOfSlug(slug) === mspId ? slug : undefined;
}

function mspOfSlug(slug: string): MspId {
  const words = slug.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `${words.join('')}${MSP_SUFFIX}`;
}

/** The only authority id that this organisation can register; undefined where its MSP ID gives none. */
export function authorityIdOfMsp(mspId: MspId): AuthorityId | undefined {
  const slug = slugOfMsp(mspId);
  return slug === undefined ? undefined : `aut_${slug}`;
}

/** The only provider id that this organisation can register; undefined where its MSP ID gives none. */
export function providerIdOfMsp(mspId: MspId): ProviderId | undefined {
  const slug = slugOfMsp(mspId);
  return slug === undefined ? undefined : `prv_${slug}`;
}

/** The organisation behind an authority's or provider's id; undefined for an id that no organisation has. */
export function mspIdOf(organisationId: AuthorityId | ProviderId): MspId | undefined {
  const mspId = mspOfSlug(organisationId.slice('aut_'.length));
  const ids = [authorityIdOfMsp(mspId), providerIdOfMsp(mspId)];
  return ids.includes(organisationId) ? mspId : undefined;
}
