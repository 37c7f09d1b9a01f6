import type { Command } from 'commander';
import {
  newRecoveredContent,
  openVault,
  recoveredFrom,
  type Prepared,
  type VaultContent,
} from '../core/index.js';
import { printLine, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { newPassphrase } from './file-commands.js';
import { scrypt } from './scrypt.js';
import { Session, passphraseOf, type CommonOptions } from './session.js';
import { VaultFile, assertFree, read, writeWhole } from './vault-file.js';

interface OfferOptions {
  readonly from?: string;
  readonly patient?: string;
  readonly network?: string;
  readonly backup?: string;
}

interface PrintOption {
  readonly print?: true;
}
const PRINT = 'print the statement and send nothing: any authority relays it (POST /v1/revocations)';

/** Another key where the one in force is lost, or in somebody else's hands: two organisations vouch for it. */
export function addRecoveryCommands(program: Command, terminal: Terminal): void {
  const common = (): CommonOptions => program.opts();
  const recover = program
    .command('recover')
    .description(
      'another key in the place of one that is lost or that somebody else has; two organisations vouch for it',
    );

  recover
    .command('offer')
    .description(
      'make the new key, in a new file, and print what the two organisations need of it: nothing secret. Again, without options, ' +
        'print it for the key in the file',
    )
    .option(
      '--from <file>',
      'your former file or a backup of it: what you signed, and what it takes to narrow rules, go over',
    )
    .option('--patient <id>', 'without any: your patient ID')
    .option('--network <id>', 'and the network on which it counts')
    .option('--backup <file>', 'copy of the new file')
    .action(async ({ backup, ...options }: OfferOptions) => {
      if (backup !== undefined) await assertFree(backup);
      const content = await newContentOf(options);
      if (content !== undefined) {
        const passphrase = await newPassphrase(terminal, common());
        const made = await VaultFile.create(common().file, content, passphrase);
        await made[Symbol.asyncDispose]();
      }
      if (backup !== undefined) await writeWhole(backup, await read(common().file));
      await using session = await Session.open(terminal, common());
      printLine(terminal, await session.signer.recoveryOffer());
    });

  recover
    .command('take-over')
    .description(
      '24 h after the recovery was confirmed: sign that your new key counts, and have the gateway take that to the ledgers',
    )
    .argument('<recoveryId>', 'as the organisations tell you')
    .option('--print', PRINT)
    .action(async (recoveryId: string, { print }: PrintOption) => {
      await using session = await Session.open(terminal, common());
      const begun = session.signer.openAboutRecovery('takeOver', recoveryId);
      await decided(session, begun ?? session.signer.takeOver(recoveryId), print);
    });

  recover
    .command('finish')
    .description(
      'after the takeover: have the gateway hand back what gives records and people their tags, where it was lost with the former file',
    )
    .action(async () => {
      await using session = await Session.open(terminal, common());
      if (session.signer.content.recovered === true) {
        await session.signer.scopeKeyReturned(await session.client.scopeKey(session.patientId));
        await session.keep();
        terminal.stderr.write(
          'This file makes every rule again. Backups that were made before do not: make a new one.\n',
        );
      }
      printLine(terminal, { status: 'done' });
    });

  recover
    .command('show')
    .description('who is about to replace your key, on each ledger, by the gateway’s word')
    .action(async () => {
      await using session = await Session.open(terminal, common());
      printLine(terminal, await session.client.recoveries(session.patientId));
    });

  recover
    .command('object')
    .description(
      'your key is not lost: sign what ends the recovery, and have the gateway take it to the ledgers',
    )
    .argument('<recoveryId>')
    .option('--print', PRINT)
    .action(async (recoveryId: string, { print }: PrintOption) => {
      await using session = await Session.open(terminal, common());
      const begun = session.signer.openAboutRecovery('objectToRecovery', recoveryId);
      await decided(session, begun ?? session.signer.objection(recoveryId), print);
    });

  /** Undefined where the file is made already. */
  async function newContentOf({ from, patient, network }: OfferOptions): Promise<VaultContent | undefined> {
    if (from === undefined && patient === undefined && network === undefined) return undefined;
    if (from !== undefined && patient === undefined && network === undefined) {
      const { content } = await openVault(await read(from), await passphraseOf(terminal, common()), {
        scrypt,
      });
      return recoveredFrom(content);
    }
    if (from !== undefined || patient === undefined || network === undefined)
      throw new CliError('USAGE', 'Say either --from, or both --patient and --network');
    return newRecoveredContent(network, patient);
  }
}

/** A file that knows no gateway yet has somebody else relay what it signs. */
const decided = (session: Session, decision: Prepared | string, print: true | undefined): Promise<void> =>
  session.decide(decision, { print: print === true || !session.hasGateway });
