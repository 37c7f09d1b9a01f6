import { join } from 'node:path';
import type { KeyStore } from '@careledger/crypto/key-store';
import { PublicKey } from '@careledger/domain';
import { ConfigError, whileLocked, type ServiceCommand } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import type { Ledger } from '../../ledger.js';
import { connectAsAdmin } from '../admin-ledger.js';
import type { LedgerConfig } from '../open-ledger.js';
import { withdrawAttestor } from './rotate-attestor.js';
import type { Rotated } from './rotate-organisation-key.js';

interface Keyed {
  readonly dataDir: string;
  readonly ledger: LedgerConfig;
}

/** How a service's keys are rotated. */
export interface KeyRotation<C> {
  /** Name of the service's store in its `dataDir`: locked meanwhile, so that the service does not run. */
  readonly storeFile: string;
  readonly openKeys: (config: C) => Promise<KeyStore>;
  /** By the use that is given: what puts another key in its place. */
  readonly uses: Readonly<Record<string, (ledger: Ledger, keys: KeyStore, config: C) => Promise<Rotated>>>;
  /** What is signed and not sent yet, by use: how much, for people; undefined where there is nothing. */
  readonly unsent?: (config: C, use: string) => string | undefined;
}

const ABANDON = 'abandon';

/**
 * `rotate-key`: a new key, which the ledger has before the service's key store does. The former one signs nothing more that
 * counts; what is encrypted to it still opens. Killed in the middle, the same command again ends it.
 */
export function rotateKeyCommand<C extends Keyed>({
  storeFile,
  openKeys,
  uses,
  unsent,
}: KeyRotation<C>): ServiceCommand<C> {
  return {
    name: 'rotate-key',
    description:
      'put a new key in the place of one, on the ledger and in the key store, while the service is stopped',
    options: { use: `which: ${Object.keys(uses).join(', ')}` },
    optional: {
      ...(unsent && {
        unsent: `\`${ABANDON}\`: also where something is signed and not sent, which is lost then`,
      }),
    },
    isByAdmin: true,
    run: async (config, given, admin) => {
      const use = given['use'] ?? '';
      const rotate = Object.hasOwn(uses, use) ? uses[use] : undefined;
      if (rotate === undefined)
        throw new ConfigError('CONFIG_INVALID', `--use is one of ${Object.keys(uses).join(', ')}`);
      const store = join(config.dataDir, storeFile);
      // The service is stopped, before a look at what lies in its store.
      await whileLocked(store, async () => undefined);
      const waiting = given['unsent'] === ABANDON ? undefined : unsent?.(config, use);
      if (waiting !== undefined)
        throw new ConfigError(
          'CONFIG_INVALID',
          `${waiting}: start the service until it is sent, or say --unsent ${ABANDON}`,
        );
      const rotated = await whileLocked(store, async () => {
        await using keys = await openKeys(config);
        using ledger = connectAsAdmin(config.ledger, admin);
        return await rotate(ledger, keys, config);
      });
      return { ...rotated };
    },
  };
}

/** `withdraw-attestor`: a key that is lost or stolen attests no more. What it attested stands; the service may run. */
export function withdrawAttestorCommand<C extends Keyed>(): ServiceCommand<C> {
  return {
    name: 'withdraw-attestor',
    description: 'take the right to attest from a key of the organisation; what it attested stands',
    options: { key: 'public key, base64url' },
    isByAdmin: true,
    run: async (config, given, admin) => {
      const { key } = given;
      if (!Value.Check(PublicKey, key))
        throw new ConfigError('CONFIG_INVALID', '--key is a public key: 32 bytes, in base64url');
      using ledger = connectAsAdmin(config.ledger, admin);
      return { key, withdrawnAt: await withdrawAttestor(ledger, config.ledger.mspId, key) };
    },
  };
}
