import type { Command } from 'commander';
import {
  decisionsOf,
  fetchAuthorityKeys,
  newContent,
  newVault,
  openVault,
  readSigned,
  restored,
  safeAddress,
} from '../core/index.js';
import { askSecret, printLine, secretOf, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { scrypt } from './scrypt.js';
import { Session, passphraseOf, type CommonOptions } from './session.js';
import { VaultFile, assertFree, read, writeWhole } from './vault-file.js';

/** Making, showing, backing up and restoring the patient's file; whom it trusts. */
export function addFileCommands(program: Command, terminal: Terminal): void {
  const common = (): CommonOptions => program.opts();
  const print = (line: object): void => printLine(terminal, line);

  program
    .command('init')
    .description('make a key, in a new encrypted file under a passphrase of at least 12 characters')
    .requiredOption('--network <id>', 'network on which it counts')
    .action(async ({ network }: { network: string }) => {
      const content = await newContent(network);
      await using file = await VaultFile.create(
        common().file,
        content,
        await newPassphrase(terminal, common()),
      );
      print({ patientId: content.patientId, file: file.path });
    });

  program
    .command('show')
    .description('who you are, whom you trust, and what you decided')
    .action(async () => {
      await using session = await Session.open(terminal, common());
      const { networkId, patientId, gateway, authorities, journal } = session.signer.content;
      const rotation = await session.signer.openRotation();
      print({
        ...{ patientId, networkId, consentKey: session.consentKey, gateway: gateway?.url ?? null },
        ...(rotation !== undefined && { openRotation: readSigned(rotation).sid }),
        authorities,
        decisions: decisionsOf(journal).map(({ name, sid, isTaken, body }) => ({ name, sid, isTaken, body })),
      });
    });

  program
    .command('trust')
    .description(
      'seal grants for this authority to this key: get it from the authority, not from the gateway',
    )
    .argument('<authorityId>')
    .argument('[key]', 'X25519 public key, base64url')
    .option('--from <url>', 'take the key that the authority publishes at its own address')
    .action(async (authorityId: string, key: string | undefined, { from }: { from?: string }) => {
      if ((key === undefined) === (from === undefined))
        throw new CliError('USAGE', 'Say either the key, or --from the address of the authority');
      await using session = await Session.open(terminal, common());
      const { authorities, networkId } = session.signer.content;
      const published = from && (await fetchAuthorityKeys(safeAddress(from), { authorityId, networkId }));
      const trusted = published ? published.encryptionKey : (key ?? '');
      session.signer.trust(authorityId, trusted);
      await session.keep();
      const before = Object.hasOwn(authorities, authorityId) ? authorities[authorityId] : undefined;
      print({
        trusted: { [authorityId]: trusted },
        ...(before !== undefined && before !== trusted && { before }),
        ...(published && { ledger: published.ledger }),
      });
    });

  program
    .command('gateway')
    .description('which gateway gets what is signed')
    .argument('<url>')
    .requiredOption('--token-file <file>', 'bearer token of the patient')
    .action(async (url: string, { tokenFile }: { tokenFile: string }) => {
      await using session = await Session.open(terminal, common());
      session.signer.reach({ url: safeAddress(url), token: await secretOf(tokenFile) });
      await session.keep();
      print({ gateway: url });
    });

  program
    .command('enrol')
    .description('register at a gateway: it offers its key, and you appoint it by your own statement')
    .argument('<url>')
    .requiredOption('--token-file <file>', 'bearer token of role ops, as whoever runs the gateway gives it')
    .action(async (url: string, { tokenFile }: { tokenFile: string }) => {
      await using session = await Session.open(terminal, common());
      await session.enrol({ url, token: await secretOf(tokenFile) });
      print({ patientId: session.patientId, gateway: url });
    });

  program
    .command('backup')
    .description('copy the encrypted file; the copy opens with the passphrase that it has now')
    .argument('<file>')
    .action(async (to: string) => {
      const { file } = common();
      const text = await read(file);
      // A backup that does not open is none.
      await openVault(text, await passphraseOf(terminal, common()), { scrypt });
      await assertFree(to);
      await writeWhole(to, text);
      print({ backup: to });
    });

  program
    .command('restore')
    .description('put a backup in the place of a file that is lost; none is overwritten')
    .argument('<file>')
    .action(async (from: string) => {
      const text = await read(from);
      const passphrase = await passphraseOf(terminal, common());
      const { content } = await openVault(text, passphrase, { scrypt });
      await using file = await VaultFile.create(common().file, restored(content), passphrase);
      print({ restored: content.patientId, file: file.path });
    });

  program
    .command('passphrase')
    .description('change the passphrase; backups keep the one that they were made under')
    .option('--new-passphrase-file <file>', 'file with the new one; asked for without it')
    .action(async ({ newPassphraseFile }: { newPassphraseFile?: string }) => {
      await using file = await VaultFile.open(common().file, await passphraseOf(terminal, common()));
      const { content } = file.vault;
      const vault = await newVault(
        content,
        await newPassphrase(terminal, { ...common(), passphraseFile: newPassphraseFile }),
        { scrypt },
      );
      await writeWhole(file.path, await vault.seal(content));
      print({ changed: content.patientId });
    });
}

/** Asked for twice: a passphrase that was mistyped opens nothing. @throws CliError `USAGE` */
export async function newPassphrase(terminal: Terminal, options: CommonOptions): Promise<string> {
  if (options.passphraseFile !== undefined) return secretOf(options.passphraseFile);
  const passphrase = await askSecret(terminal, 'New passphrase: ');
  if (passphrase !== (await askSecret(terminal, 'Once more: ')))
    throw new CliError('USAGE', 'These are two passphrases');
  return passphrase;
}
