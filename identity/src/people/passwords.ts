import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** OWASP’s smallest recommendation for scrypt: 64 MiB. */
const COST: ScryptOptions = { N: 65_536, r: 8, p: 2, maxmem: 128 * 1024 * 1024 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const SCHEME = 'scrypt-65536-8-2';
export const PASSWORD_MIN_CHARS = 12;

/** What stands for a password in the store: scheme, salt and hash. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hashed = await derived(password, salt);
  return [SCHEME, salt.toString('base64url'), hashed.toString('base64url')].join('$');
}

/** Whether it is the password. Takes as long where there is none to compare with, so that nobody learns who exists. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [scheme, salt = '', expected = ''] = (stored ?? '').split('$');
  const hashed = await derived(password, Buffer.from(salt, 'base64url'));
  const wanted = Buffer.from(expected, 'base64url');
  return scheme === SCHEME && wanted.length === HASH_BYTES && timingSafeEqual(hashed, wanted);
}

const derived = (password: string, salt: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, COST, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
