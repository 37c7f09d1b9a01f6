import type { OrganizationDefinition } from '@careledger/network-definition';
import type { NetworkLayout, PemPair } from '../layout.js';
import { ensurePair, openAuthorities } from './ensure.js';

export interface ClientIdentityRequest {
  /** Of the folder beside `admin` and `user`, and in the certificate. */
  readonly name: string;
  /** Fabric attributes that chaincode can read. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Issues a further client certificate of an organisation, unless it is there; resolves with its files. */
export async function issueClientIdentity(
  layout: NetworkLayout,
  organization: OrganizationDefinition,
  { name, attributes }: ClientIdentityRequest,
): Promise<PemPair> {
  const files = layout.issued(organization.mspId, name);
  const { ca } = await openAuthorities(layout, organization);
  await ensurePair(files, () =>
    ca.issueIdentity({
      commonName: `${name}.${organization.domain}`,
      role: 'client',
      ...(attributes && { attributes }),
    }),
  );
  return files;
}
