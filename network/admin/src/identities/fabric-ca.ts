import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { messageOf, NetworkAdminError } from '../errors.js';
import type { IssuedCertificate } from './issuer.js';
import { ALGORITHM, generateKeyPair, loadKeyPair, privateKeyPem } from './keys.js';
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

/** What a server answers with (Fabric CA documentation, REST API). */
interface Answer<R> {
  readonly success: boolean;
  readonly result?: R;
  readonly errors?: readonly { readonly code: number; readonly message: string }[];
}

/**
 * Has a Fabric CA server issue a certificate for a key that is made here, or is here already, and never leaves
 * (POST /api/v1/enroll). The server decides on roles and attributes by what was registered.
 */
export async function enrol(
  options: FabricCaOptions,
  enrolment: EnrolmentRequest,
  keyPem?: string,
): Promise<IssuedCertificate> {
  const keys = keyPem === undefined ? await generateKeyPair() : await loadKeyPair(keyPem);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${enrolment.enrolmentId}`,
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const { Cert } = await call<{ Cert: string }>(options, {
    path: '/api/v1/enroll',
    auth: `${enrolment.enrolmentId}:${enrolment.secret}`,
    body: {
      certificate_request: csr.toString('pem'),
      ...(enrolment.profile ? { profile: enrolment.profile } : {}),
      ...(enrolment.hosts ? { hosts: enrolment.hosts } : {}),
      ...(options.caName ? { caname: options.caName } : {}),
      ...(enrolment.attributes ? { attr_reqs: enrolment.attributes.map((name) => ({ name })) } : {}),
    },
    purpose: `enrol ${enrolment.enrolmentId}`,
  });
  return { cert: decoded(Cert), key: keyPem ?? (await privateKeyPem(keys)) };
}

/** Certificates of the server's authority, PEM, its own first (GET /api/v1/cainfo). */
export async function caChain(options: FabricCaOptions): Promise<string> {
  const query = options.caName ? `?ca=${encodeURIComponent(options.caName)}` : '';
  const { CAChain } = await call<{ CAChain: string }>(options, {
    path: `/api/v1/cainfo${query}`,
    purpose: 'name its authority',
  });
  return decoded(CAChain);
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString();

interface Call {
  readonly path: string;
  /** For an error message: what the server was asked to do. */
  readonly purpose: string;
  readonly auth?: string;
  /** GET where there is none. */
  readonly body?: object;
}

async function call<R>(options: FabricCaOptions, { path, purpose, auth, body }: Call): Promise<R> {
  const ca = options.tlsRootFile ? await readFile(options.tlsRootFile) : undefined;
  const text = await new Promise<string>((resolve, reject) => {
    const asked = request(
      new URL(path, options.url),
      {
        method: body ? 'POST' : 'GET',
        ca,
        timeout: TIMEOUT_MS,
        ...(auth === undefined ? {} : { auth }),
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    asked.on('error', reject);
    asked.end(body ? JSON.stringify(body) : undefined);
  }).catch((cause: unknown) => {
    throw new NetworkAdminError(
      'ENROLMENT_FAILED',
      `${options.url} does not answer (${messageOf(cause)}): check the URL and the TLS root`,
      { cause },
    );
  });
  const answer = parsed<R>(text, options.url);
  if (!answer.success || !answer.result) {
    const reasons = (answer.errors ?? []).map(({ code, message }) => `${message} (code ${code})`).join('; ');
    throw new NetworkAdminError('ENROLMENT_FAILED', `${options.url} refused to ${purpose}: ${reasons}`);
  }
  return answer.result;
}

function parsed<R>(text: string, url: string): Answer<R> {
  try {
    return JSON.parse(text) as Answer<R>;
  } catch (cause) {
    throw new NetworkAdminError('ENROLMENT_FAILED', `${url} does not answer as a Fabric CA`, { cause });
  }
}
