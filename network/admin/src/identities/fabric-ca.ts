import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { messageOf, NetworkAdminError } from '../errors.js';
import type { IssuedCertificate } from './certificate-authority.js';
import { ALGORITHM, generateKeyPair, privateKeyPem } from './keys.js';
import { Pkcs10CertificateRequestGenerator } from './x509.js';

const TIMEOUT_MS = 15_000;

export interface FabricCaOptions {
  /** Base URL of the server: `https://ca.example:7054`. */
  readonly url: string;
  /** PEM file of the authority that issued the server's TLS certificate. */
  readonly tlsRootFile?: string;
  /** Name of the CA, where the server has several. */
  readonly caName?: string;
}

export interface EnrolmentRequest {
  readonly enrolmentId: string;
  readonly secret: string;
  /** `tls` for TLS certificates; Fabric CA's default profile is for identities. */
  readonly profile?: 'tls';
  readonly hosts?: readonly string[];
  /** Names of attributes that the certificate shall carry, as registered with the server. */
  readonly attributes?: readonly string[];
}

interface EnrolmentAnswer {
  readonly success: boolean;
  readonly result?: { readonly Cert: string };
  readonly errors?: readonly { readonly code: number; readonly message: string }[];
}

/**
 * Has a Fabric CA server issue a certificate for a key that is made here and never leaves (Fabric CA documentation,
 * REST API, POST /api/v1/enroll). The server decides on roles and attributes by what was registered.
 */
export async function enrol(
  options: FabricCaOptions,
  enrolment: EnrolmentRequest,
): Promise<IssuedCertificate> {
  const keys = await generateKeyPair();
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${enrolment.enrolmentId}`,
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const answer = await post(options, enrolment, {
    certificate_request: csr.toString('pem'),
    ...(enrolment.profile ? { profile: enrolment.profile } : {}),
    ...(enrolment.hosts ? { hosts: enrolment.hosts } : {}),
    ...(options.caName ? { caname: options.caName } : {}),
    ...(enrolment.attributes ? { attr_reqs: enrolment.attributes.map((name) => ({ name })) } : {}),
  });
  if (!answer.success || !answer.result) {
    const reasons = (answer.errors ?? []).map(({ code, message }) => `${message} (code ${code})`).join('; ');
    throw new NetworkAdminError(
      'ENROLMENT_FAILED',
      `${options.url} refused to enrol ${enrolment.enrolmentId}: ${reasons}`,
    );
  }
  return { cert: Buffer.from(answer.result.Cert, 'base64').toString(), key: await privateKeyPem(keys) };
}

async function post(
  options: FabricCaOptions,
  enrolment: EnrolmentRequest,
  body: object,
): Promise<EnrolmentAnswer> {
  const url = new URL('/api/v1/enroll', options.url);
  const ca = options.tlsRootFile ? await readFile(options.tlsRootFile) : undefined;
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(
      url,
      {
        method: 'POST',
        ca,
        timeout: TIMEOUT_MS,
        auth: `${enrolment.enrolmentId}:${enrolment.secret}`,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    call.on('error', reject);
    call.end(JSON.stringify(body));
  }).catch((cause: unknown) => {
    throw new NetworkAdminError(
      'ENROLMENT_FAILED',
      `${options.url} does not answer (${messageOf(cause)}): check the URL and the TLS root`,
      { cause },
    );
  });
  try {
    return JSON.parse(text) as EnrolmentAnswer;
  } catch (cause) {
    throw new NetworkAdminError('ENROLMENT_FAILED', `${options.url} does not answer as a Fabric CA`, {
      cause,
    });
  }
}
