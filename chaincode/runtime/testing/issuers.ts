import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { generateEd25519, generateX25519, sha256, toBase64url, type Signer } from '@careledger/crypto';
import { CHANNELS, patientIdOf } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';

export interface StatementOptions {
  readonly sid?: string;
  /** Seconds since the epoch. */
  readonly iat?: number;
  readonly channels?: readonly string[];
  readonly aud?: string;
  readonly iss?: string;
}

/** A fresh Ed25519 key. */
export const newSigner = (): Signer => generateEd25519().signer;
/** A fresh public key as it travels. */
export const publicKeyOf = (signer: Signer): string => toBase64url(signer.publicKey);
export const newEncryptionKey = (): string => toBase64url(generateX25519().publicKey);

/** Somebody whose statements count: makes and really signs them. */
export class TestIssuer {
  constructor(
    readonly id: string,
    readonly aud: string,
    /** Issue time unless given; one that is never in a test's future. */
    readonly iat: number,
  ) {}

  sign<N extends StatementName>(
    name: N,
    body: StatementBody<N>,
    signer: Signer,
    { sid, iat = this.iat, channels = CHANNELS, aud = this.aud, iss = this.id }: StatementOptions = {},
  ): string {
    const { typ } = STATEMENTS[name];
    return makeStatement(
      { typ, iss, aud, channels, body, iat, ...(sid === undefined ? {} : { sid }) },
      signer,
    );
  }

  /** Proof of possession of a new key, for this issuer or for another subject. */
  proofOf(signer: Signer, subject: string = this.id): string {
    const options = { iss: subject };
    return this.sign('keyProof', { subject, key: publicKeyOf(signer) }, signer, options);
  }
}

/** A patient with keys of its own, not yet registered. */
export class TestPatient extends TestIssuer {
  policySeq = 0;

  constructor(
    aud: string,
    iat: number,
    readonly consent: Signer = newSigner(),
    readonly gateway: Signer = newSigner(),
  ) {
    super(patientIdOf(consent.publicKey, sha256), aud, iat);
  }

  registration(options: StatementOptions = {}): string {
    const body = {
      consentKey: publicKeyOf(this.consent),
      gatewayKey: publicKeyOf(this.gateway),
      gatewayKeyProof: this.proofOf(this.gateway),
      encryptionKey: newEncryptionKey(),
    };
    return this.sign('registerPatient', body, this.consent, options);
  }

  /** Grants reading for treatment unless told otherwise; numbers itself. */
  grant(
    authorityId: string,
    body: Partial<StatementBody<'grant'>> = {},
    options: StatementOptions = {},
  ): string {
    this.policySeq += 1;
    const whole: StatementBody<'grant'> = {
      policySeq: this.policySeq,
      authorityId,
      granteeTags: [],
      permissions: ['read'],
      scopeTags: [],
      purposes: ['TREAT'],
      from: '2026-01-01T00:00:00Z',
      delegable: false,
      ...body,
    };
    return this.sign('grant', whole, this.consent, options);
  }

  revoke(grantId: string, options: StatementOptions = {}): string {
    this.policySeq += 1;
    return this.sign('revoke', { policySeq: this.policySeq, grantId }, this.consent, options);
  }

  revokeAll(options: StatementOptions = {}): string {
    this.policySeq += 1;
    return this.sign('revokeAll', { policySeq: this.policySeq }, this.consent, options);
  }
}

export interface TestOrganisationOptions {
  readonly id: string;
  readonly mspId: string;
  /** The network for which its statements count. */
  readonly aud: string;
  /** Issue time of its statements, in seconds since the epoch. */
  readonly iat: number;
  readonly signer?: Signer;
}

/** An authority or provider with a signing key of its own, not yet registered. */
export class TestOrganisation extends TestIssuer {
  readonly mspId: string;
  readonly signer: Signer;

  constructor({ id, mspId, aud, iat, signer = newSigner() }: TestOrganisationOptions) {
    super(id, aud, iat);
    this.mspId = mspId;
    this.signer = signer;
  }

  registration(options: StatementOptions = {}): string {
    const keys = { signingKey: publicKeyOf(this.signer), encryptionKey: newEncryptionKey() };
    const { id, mspId } = this;
    return id.startsWith('aut_')
      ? this.sign(
          'registerAuthority',
          { authorityId: id, mspId, kind: 'hospital', ...keys },
          this.signer,
          options,
        )
      : this.sign(
          'registerProvider',
          { providerId: id, mspId, endpoint: 'https://cloud.example', ...keys },
          this.signer,
          options,
        );
  }
}
