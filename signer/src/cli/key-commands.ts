import type { Command } from 'commander';
import { SignerError, offeredKeyIn, type OfferedUse, type Prepared } from '../core/index.js';
import { printLine, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { Session, type CommonOptions } from './session.js';
import { assertFree, read, writeWhole } from './vault-file.js';

interface RotateOptions {
  readonly backup?: string;
  readonly offline?: true;
  readonly relayed?: true;
}

/** The patient's key itself. */
export function addKeyCommands(program: Command, terminal: Terminal): void {
  const common = (): CommonOptions => program.opts();

  program
    .command('rotate')
    .description(
      'put a new key in the place of yours, e.g. because somebody else may have it; what you granted stands. Again, it goes on ' +
        'where it was interrupted',
    )
    .option('--backup <file>', 'copy of your file with the new key in it, made before anything leaves')
    .option('--offline', 'ask the gateway nothing and print the statement: any authority relays it')
    .option('--relayed', 'somebody relayed it to both ledgers: sign with the new key from now on')
    .action(async ({ backup, offline, relayed }: RotateOptions) => {
      if (backup !== undefined) await assertFree(backup);
      await using session = await Session.open(terminal, common());
      const { signer } = session;
      if (relayed === true) {
        if ((await signer.openRotation()) === undefined)
          throw new CliError('USAGE', 'You have signed no rotation that is open');
        await signer.rotated();
        await session.keep();
        printLine(terminal, { patientId: session.patientId, consentKey: session.consentKey });
        return;
      }
      const statement = await session.signRotation(offline === true);
      if (backup !== undefined) await writeWhole(backup, await read(common().file));
      await session.decide(statement, { print: offline });
    });

  program
    .command('rotate-gateway')
    .description(
      'have your gateway sign for you with another key, e.g. because somebody may have broken into it. Again, it goes on where it ' +
        'was interrupted',
    )
    .option(
      '--records',
      'have your records wrapped to another key instead: who has a copy of the former one opens nothing that is made from then on',
    )
    .option(
      '--offline',
      'print the statement and send nothing: any authority relays it (POST /v1/revocations). The gateway is asked for its key alone, ' +
        'and not where that is signed already; `send` brings it the statement',
    )
    .action(async ({ records, offline }: { readonly records?: true; readonly offline?: true }) => {
      await using session = await Session.open(terminal, common());
      const use = records === true ? 'encryption' : 'gateway';
      if (offline !== true) return await rotateGateway(session, terminal, use);
      const begun = session.signer.openGatewayRotation(use);
      await session.decide(begun ?? (await offered(session, use)), { print: true });
    });
}

/**
 * One that was begun goes first: the gateway may have it already. Where it refuses that one, and offers another key
 * since, the other is signed.
 */
async function rotateGateway(session: Session, { stderr }: Terminal, use: OfferedUse): Promise<void> {
  const { client, patientId, signer } = session;
  const begun = signer.openGatewayRotation(use);
  if (begun === undefined) return session.decide(await offered(session, use), {});
  const refusal = await refusalOf(session.send(begun));
  if (refusal === undefined) return;
  const offer = await client.keyOffer(patientId, use);
  if (offer.newKey === offeredKeyIn(begun, use)) throw refusal;
  stderr.write('The gateway offers another key since, in the place of the one that you signed before.\n');
  await session.decide(signer.gatewayRotation(offer), {});
}

/** What appoints the key that the gateway offers. */
async function offered({ client, patientId, signer }: Session, use: OfferedUse): Promise<Prepared> {
  return signer.gatewayRotation(await client.keyOffer(patientId, use));
}

/** Undefined where it is taken. @throws SignerError of any other kind */
async function refusalOf(sending: Promise<void>): Promise<SignerError | undefined> {
  try {
    await sending;
    return undefined;
  } catch (error) {
    if (error instanceof SignerError && error.code === 'GATEWAY_REFUSED') return error;
    throw error;
  }
}
