import { randomBytes } from 'node:crypto';
import { readIfThere, writeSecret } from '@careledger/network-admin';
import type { ServiceNode, ServiceToken } from '@careledger/network-definition';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { RunnerError } from '../errors.js';

const SECRET_BYTES = 24;

/** Roles of people at a service's HTTP API; patients get their tokens from the gateway. */
export const PEOPLE = ['ops', 'practitioner', 'auditor'] as const;
/** Who scrapes metrics. */
export const MONITORING = 'monitoring';

const ServiceSecrets = Type.Object(
  {
    /** Opens the service's key store. */
    passphrase: Type.String(),
    /** Bearer tokens that the service takes, by holder: a role of people, or another service. */
    tokens: Type.Record(Type.String(), Type.String()),
  },
  { additionalProperties: false },
);
export type ServiceSecrets = Static<typeof ServiceSecrets>;

/** 192 random bits. */
const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/**
 * The service's secrets from `path`, with a token for each of `holders` and for nobody else. What is missing is drawn and
 * stored, what is there never changes; the token of a holder who has left is forgotten, so that it opens nothing any more.
 */
export async function ensureSecrets(path: string, holders: readonly string[]): Promise<ServiceSecrets> {
  const known = await readSecrets(path);
  const isSame = known && new Set(Object.keys(known.tokens)).symmetricDifference(new Set(holders)).size === 0;
  if (isSame) return known;
  const tokens = holders.map((holder) => [holder, known?.tokens[holder] ?? newSecret()]);
  const secrets = { passphrase: known?.passphrase ?? newSecret(), tokens: Object.fromEntries(tokens) };
  await writeSecret(path, `${JSON.stringify(secrets, undefined, 2)}\n`);
  return secrets;
}

/** What an earlier run drew; undefined where none did. */
export async function readSecrets(path: string): Promise<ServiceSecrets | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (Value.Check(ServiceSecrets, value)) return value;
  throw new RunnerError('SECRETS_UNREADABLE', `${path} is damaged: restore it from a backup`);
}

/** A secret in a file of its own; drawn where there is none. */
export async function ensureSecretFile(path: string): Promise<string> {
  const known = await readIfThere(path);
  if (known !== undefined) return known.trim();
  const secret = newSecret();
  await writeSecret(path, `${secret}\n`);
  return secret;
}

/**
 * Who holds which of a service's tokens. People are of the service's own organisation, another service speaks for its
 * own; a holder that is neither has nothing to say any more.
 */
export function heldTokens(
  { tokens }: ServiceSecrets,
  mspId: string,
  services: readonly Pick<ServiceNode, 'id' | 'mspId'>[],
): ServiceToken[] {
  return Object.entries(tokens).flatMap(([holder, token]): ServiceToken[] => {
    const role = roleOf(holder);
    const speaksFor = role === 'system' ? services.find(({ id }) => id === holder)?.mspId : mspId;
    return speaksFor === undefined ? [] : [{ token, role, name: holder, mspId: speaksFor }];
  });
}

function roleOf(holder: string): ServiceToken['role'] {
  if (holder === MONITORING) return 'ops';
  return PEOPLE.find((person) => person === holder) ?? 'system';
}
