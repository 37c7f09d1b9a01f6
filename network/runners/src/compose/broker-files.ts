import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { writePublic, writeSecret } from '@careledger/network-admin';
import { ensureSecretFile } from '../services/secrets.js';
import { GATEWAY, PATIENTS_MSP } from '../services/service-node.js';
import { BROKER } from './broker.js';
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
  await writePublic(file('devices.pem'), await readFile(layout.tlsCa(DEVICES_MSP).cert));
  const gateway = await ensureSecretFile(layout.nodeFile(PATIENTS_MSP, GATEWAY, 'broker-password'));
  const health = await ensureSecretFile(file('health-password'));
  const passwords = `${GATEWAY}:${hashPassword(gateway)}\n${HEALTH}:${hashPassword(health)}\n`;
  await writeSecret(file('passwords'), passwords);
  await writePublic(file('ca.pem'), await readFile(layout.tlsRoots));
  await mkdir(layout.data(BROKER), { recursive: true, mode: 0o700 });
}

function hashPassword(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
