import { join } from 'node:path';
import { openDatabase, type Database } from '@careledger/service-kit/sqlite';
import { prepareDataDir } from '@careledger/service-kit';
import { migrations } from './migrations.js';

/** Within the data folder. */
export const STORE_FILE = 'identity.db';

/** Opens the store; commands write to it while the provider runs. */
export function openStore(dataDir: string): Database {
  prepareDataDir(dataDir);
  return openDatabase({ path: join(dataDir, STORE_FILE), migrations, exclusive: false });
}
