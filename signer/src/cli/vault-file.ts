import { open, readFile, rename, rm, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { newVault, openVault, type Vault, type VaultContent } from '../core/index.js';
import { CliError } from './cli-error.js';
import { scrypt } from './scrypt.js';

const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;

/** The patient's file on disk: read once, written whole, one command at a time. */
export class VaultFile implements AsyncDisposable {
  private constructor(
    readonly path: string,
    readonly vault: Vault,
  ) {}

  /** @throws SignerError `VAULT_LOCKED`, `VAULT_MALFORMED`; CliError `FILE_NOT_FOUND`, `FILE_IN_USE` */
  static async open(path: string, passphrase: string): Promise<VaultFile> {
    await lock(path);
    try {
      return new VaultFile(path, await openVault(await read(path), passphrase, { scrypt }));
    } catch (error) {
      await unlock(path);
      throw error;
    }
  }

  /** A new file; none is overwritten. @throws SignerError `PASSPHRASE_TOO_SHORT`; CliError `FILE_EXISTS`, `FILE_IN_USE` */
  static async create(path: string, content: VaultContent, passphrase: string): Promise<VaultFile> {
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_OWNER_ONLY });
    await lock(path);
    try {
      await assertFree(path);
      const file = new VaultFile(path, await newVault(content, passphrase, { scrypt }));
      await file.keep(content);
      return file;
    } catch (error) {
      await unlock(path);
      throw error;
    }
  }

  /** On disk when it resolves. */
  async keep(content: VaultContent): Promise<void> {
    await writeWhole(this.path, await this.vault.seal(content));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await unlock(this.path);
  }
}

/** @throws CliError `FILE_NOT_FOUND` */
export async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('FILE_NOT_FOUND', `${path} cannot be read; \`careledger-consent init\` makes one`, {
      cause,
    });
  }
}

/** Replaces a file by one that is complete: a crash leaves the old one or the new one. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  // What a killed command left, or a link that somebody else laid.
  await rm(next, { force: true });
  const handle = await open(next, 'wx', OWNER_ONLY);
  try {
    await handle.chmod(OWNER_ONLY);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** @throws CliError `FILE_EXISTS` */
export async function assertFree(path: string): Promise<void> {
  const isThere = await readFile(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError('FILE_EXISTS', `${path} is there already, and a key in it would be lost`);
}

const lockOf = (path: string): string => `${path}.lock`;

async function lock(path: string): Promise<void> {
  try {
    await (await open(lockOf(path), 'wx', OWNER_ONLY)).close();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CliError(
        'FILE_NOT_FOUND',
        `There is no folder for ${path}; \`careledger-consent init\` makes one`,
        {
          cause,
        },
      );
    throw new CliError(
      'FILE_IN_USE',
      `Another command uses ${path}. If none does, one was killed: remove ${lockOf(path)}`,
      { cause },
    );
  }
}

const unlock = (path: string): Promise<void> => rm(lockOf(path), { force: true });
