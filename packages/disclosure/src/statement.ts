import { fromBase64, toBase64 } from './base64.js';
import { timestampOf } from '@careledger/domain';
import { uuidOf } from '@careledger/fhir';
import { readAccessPage, type AccessPage } from './access-page.js';
import { auditEventOf } from './audit-event.js';
import { AUDIT_SYSTEM } from './systems.js';

/** A resource that an entry of a Bundle has. */
export interface EntryResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

/** A page of a disclosure statement: a FHIR R4 Bundle of type `collection`. */
export interface DisclosureBundle {
  readonly resourceType: 'Bundle';
  readonly id: string;
  readonly identifier: { readonly system: string; readonly value: string };
  readonly type: 'collection';
  readonly timestamp: string;
  readonly entry: readonly { readonly fullUrl: string; readonly resource: EntryResource }[];
}

/**
 * The page that an endorsed answer makes: first the answer itself, a Binary, then an AuditEvent for each attempt, oldest
 * first. Nothing else is in it, so that whoever has the answer can make the page again and compare.
 * @throws DisclosureError
 */
export function disclosureBundle(envelope: Uint8Array): DisclosureBundle {
  return bundleOf(readAccessPage(envelope), envelope);
}

export function bundleOf({ txId, askedAtMs, accesses }: AccessPage, envelope: Uint8Array): DisclosureBundle {
  const proof = {
    resourceType: 'Binary',
    id: uuidOf(`Binary|${txId}`),
    contentType: 'application/octet-stream',
    data: toBase64(envelope),
  };
  return {
    resourceType: 'Bundle',
    id: uuidOf(`Bundle|${AUDIT_SYSTEM.disclosure}|${txId}`),
    identifier: { system: AUDIT_SYSTEM.disclosure, value: txId },
    type: 'collection',
    timestamp: timestampOf(askedAtMs),
    entry: [proof, ...accesses.map(auditEventOf)].map((resource) => ({
      fullUrl: `urn:uuid:${resource.id}`,
      resource,
    })),
  };
}

/** The bytes of a page's proof; undefined where its first entry is none. */
export function proofOf(first: unknown): Uint8Array | undefined {
  const { resource } = (first ?? {}) as { resource?: Partial<EntryResource> };
  const data = resource?.resourceType === 'Binary' ? resource['data'] : undefined;
  return typeof data === 'string' ? fromBase64(data) : undefined;
}
