/** NodeOUs: the role that Fabric reads from the certificate's OU. */
export type NodeRole = 'admin' | 'client' | 'peer' | 'orderer';

export interface SigningRequest {
  readonly commonName: string;
  readonly role: NodeRole;
  /** Fabric attributes, readable by chaincode. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface TlsRequest {
  readonly commonName: string;
  /** DNS names and IP addresses that the node is called by. */
  readonly hosts: readonly string[];
}

/** A certificate and its private key (PKCS #8), both PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Whoever issues an organisation's certificates: an authority whose key is here, or a Fabric CA server. */
export interface Issuer {
  /** A certificate for signing, with the role in its OU; for a new key, or for one that stays. */
  issueIdentity(request: SigningRequest, keyPem?: string): Promise<IssuedCertificate>;
  /** A certificate for both ends of TLS: nodes call one another with the certificate that they serve. */
  issueTls(request: TlsRequest, keyPem?: string): Promise<IssuedCertificate>;
}
