import { X509Certificate } from 'node:crypto';
import type { FabricCaSettings } from '@careledger/network-definition';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { NetworkAdminError } from '../errors.js';
import { caChain, enrol, type FabricCaOptions } from './fabric-ca.js';
import { exists, readIfThere, writePublic } from './files.js';
import type { IssuedCertificate, Issuer, NodeRole, SigningRequest, TlsRequest } from './issuer.js';

/** Enrolment ID → secret. */
const Secrets = Type.Record(Type.String(), Type.String({ minLength: 1 }));
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * A Fabric CA server instead of an authority of our own. A certificate's common name is its enrolment ID; the key
 * is made here and never leaves.
 */
export class FabricCaIssuer implements Issuer {
  readonly #settings: FabricCaSettings;
  readonly #options: FabricCaOptions;

  private constructor(settings: FabricCaSettings, options: FabricCaOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  /** The server's authority; its certificate is fetched and stored at `path` when it is not there. */
  static async open(path: string, settings: FabricCaSettings, caName?: string): Promise<FabricCaIssuer> {
    const { url, tlsRootFile } = settings;
    const options = { url, ...(tlsRootFile ? { tlsRootFile } : {}), ...(caName ? { caName } : {}) };
    if (!(await exists(path))) await writePublic(path, await rootOf(options));
    return new FabricCaIssuer(settings, options);
  }

  async issueIdentity(request: SigningRequest, keyPem?: string): Promise<IssuedCertificate> {
    const { commonName, role, attributes = {} } = request;
    const secret = await this.#secretOf(commonName, role);
    const names = Object.keys(attributes);
    const issued = await enrol(
      this.#options,
      { enrolmentId: commonName, secret, ...(names.length > 0 ? { attributes: names } : {}) },
      keyPem,
    );
    const { subject } = new X509Certificate(issued.cert);
    if (!subject.split('\n').includes(`OU=${role}`)) {
      throw new NetworkAdminError(
        'ENROLMENT_FAILED',
        `${this.#options.url} issued ${commonName} a certificate with another role: register it with --id.type ${role}`,
      );
    }
    return issued;
  }

  async issueTls({ commonName, hosts }: TlsRequest, keyPem?: string): Promise<IssuedCertificate> {
    const secret = await this.#secretOf(commonName);
    return enrol(this.#options, { enrolmentId: commonName, secret, profile: 'tls', hosts }, keyPem);
  }

  async #secretOf(enrolmentId: string, role?: NodeRole): Promise<string> {
    const { secretsFile, url } = this.#settings;
    const text = await readIfThere(secretsFile);
    const secrets: unknown = text === undefined ? {} : JSON.parse(text);
    if (!Value.Check(Secrets, secrets)) {
      throw new NetworkAdminError('ENROLMENT_FAILED', `${secretsFile} is no JSON object of ID → secret`);
    }
    const secret = secrets[enrolmentId];
    if (secret !== undefined) return secret;
    throw new NetworkAdminError(
      'ENROLMENT_FAILED',
      `${secretsFile} has no secret of ${enrolmentId}: register it at ${url}${role ? ` with --id.type ${role}` : ''} and ` +
        'put its secret there; "careledger-network enrolments" lists all that is needed',
    );
  }
}

/** A local MSP as it is written here has one root and no intermediate authorities. */
async function rootOf(options: FabricCaOptions): Promise<string> {
  const [root, ...others] = (await caChain(options)).match(PEM_CERTIFICATE) ?? [];
  if (root === undefined || others.length > 0) {
    throw new NetworkAdminError(
      'ENROLMENT_FAILED',
      `${options.url} is an intermediate authority, or none: only a root authority is supported`,
    );
  }
  return `${root}\n`;
}
