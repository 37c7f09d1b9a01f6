import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { makeRevocationList, readAuthority } from '@careledger/crypto/x509';
import { PATIENTS_MSP } from '@careledger/domain';
import { readIfThere, writePublic, writeSecret } from '@careledger/network-admin';
import { GATEWAY } from '@careledger/network-definition';
import { ensureSecretFile } from '../services/secrets.js';
import { BROKER, BROKER_REVOCATIONS, DEVICES_AUTHORITY } from './broker.js';
import { DEVICES_MSP } from './devices.js';
import type { ComposeLayout } from './layout.js';

/** Mosquitto's own format for passwords, `$7$`: PBKDF2 with SHA-512 (mosquitto_passwd(1)). */
const ITERATIONS = 10_000;
const SALT_BYTES = 12;
const HASH_BYTES = 64;
/** Who asks whether the broker answers. */
const HEALTH = 'health';

/** The broker's files: whom it trusts to certify devices, and the passwords of its two other users, as hashes. */
export async function writeBrokerFiles(layout: ComposeLayout): Promise<void> {
  const file = (name: string): string => layout.nodeFile(PATIENTS_MSP, BROKER, name);
  await writeDevicesAuthority(layout, file);
  const gateway = await ensureSecretFile(layout.nodeFile(PATIENTS_MSP, GATEWAY, 'broker-password'));
  const health = await ensureSecretFile(file('health-password'));
  const passwords = `${GATEWAY}:${hashPassword(gateway)}\n${HEALTH}:${hashPassword(health)}\n`;
  await writeSecret(file('passwords'), passwords);
  await writePublic(file('ca.pem'), await readFile(layout.tlsRoots));
  await mkdir(layout.data(BROKER), { recursive: true, mode: 0o700 });
  await mkdir(layout.data(BROKER_REVOCATIONS), { recursive: true, mode: 0o700 });
}

/**
 * Whom the broker lets in: whoever this authority certified, unless a revocation list says otherwise. The broker needs one
 * to begin with, older than any; the gateway signs those that count.
 */
async function writeDevicesAuthority(
  layout: ComposeLayout,
  brokerFile: (name: string) => string,
): Promise<void> {
  const { cert, key } = layout.tlsCa(DEVICES_MSP);
  const [certificate, privateKey] = await Promise.all([readFile(cert, 'utf8'), readFile(key, 'utf8')]);
  const gatewayFile = (name: string): string => layout.nodeFile(PATIENTS_MSP, GATEWAY, name);
  await writePublic(brokerFile('devices.pem'), certificate);
  await writePublic(gatewayFile(DEVICES_AUTHORITY.cert), certificate);
  await writeSecret(gatewayFile(DEVICES_AUTHORITY.key), privateKey);
  const list = brokerFile('devices.crl');
  if ((await readIfThere(list)) !== undefined) return;
  const authority = readAuthority(certificate, privateKey);
  await writePublic(
    list,
    makeRevocationList(authority, { serialNumbers: [], madeMs: authority.notBeforeMs }),
  );
}

function hashPassword(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
