import type { StandingPolicyName } from '@careledger/consent';
import { toBase64url } from '@careledger/crypto/portable';
import {
  ConsentSigner,
  Desk,
  SignerError,
  printable,
  type GatewayAddress,
  type GatewayClient,
  type GatewayView,
  type ListedRule,
  type Asked,
  type Prepared,
} from '../core/index.js';
import { askSecret, confirm, printLine, secretOf, type Terminal } from './ask.js';
import { VaultFile } from './vault-file.js';

/** Of grants that were not signed here. */
const UNKNOWN_SHOWN = 10;

/** What every command takes. */
export interface CommonOptions {
  readonly file: string;
  readonly passphraseFile?: string | undefined;
  readonly yes?: true | undefined;
}

export const passphraseOf = (terminal: Terminal, { passphraseFile }: CommonOptions): Promise<string> =>
  passphraseFile === undefined ? askSecret(terminal, 'Passphrase: ') : secretOf(passphraseFile);

/** The patient's file, open for one command. */
export class Session implements AsyncDisposable {
  readonly #desk: Desk;
  readonly #file: VaultFile;

  private constructor(
    signer: ConsentSigner,
    readonly terminal: Terminal,
    readonly options: CommonOptions,
    file: VaultFile,
  ) {
    this.#file = file;
    this.#desk = new Desk({
      signer,
      keep: (content) => file.keep(content),
      confirm: (asked) => this.#confirm(asked),
    });
  }

  static async open(terminal: Terminal, options: CommonOptions): Promise<Session> {
    const file = await VaultFile.open(options.file, await passphraseOf(terminal, options));
    try {
      return new Session(await ConsentSigner.of(file.vault.content), terminal, options, file);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
  }

  get signer(): ConsentSigner {
    return this.#desk.signer;
  }

  get patientId(): string {
    return this.#desk.patientId;
  }

  /** The one that signs, base64url. */
  get consentKey(): string {
    return toBase64url(this.signer.key.publicKey);
  }

  get hasGateway(): boolean {
    return this.#desk.hasGateway;
  }

  /** @throws SignerError `GATEWAY_UNKNOWN` */
  get client(): GatewayClient {
    return this.#desk.client;
  }

  /**
   * What the gateway says of the patient's decisions; what stands and was not signed here is shown before anything is
   * signed.
   */
  async view(): Promise<GatewayView> {
    const { unknown, ...view } = await this.#desk.look();
    const delegated = unknown.filter(({ path }) => path !== undefined);
    const others = unknown.filter(({ path }) => path === undefined);
    if (delegated.length > 0)
      this.terminal.stderr.write(
        `Your delegates have granted or denied: ${shown(delegated)}. \`delegates\` says who; you may revoke any of it.\n`,
      );
    if (others.length > 0)
      this.terminal.stderr.write(
        `The gateway lists grants that this file did not sign: ${shown(others)}. If you made them nowhere, ` +
          'revoke them.\n',
      );
    return view;
  }

  /** Shows the sentence, asks, signs, and has the statement on disk before it goes anywhere. */
  sign(prepared: Prepared): Promise<string> {
    return this.#desk.sign(prepared);
  }

  /** @param at with a token of role ops */
  enrol(at: GatewayAddress): Promise<void> {
    return this.#desk.enrol(at);
  }

  /**
   * Signs and sends, or prints what was signed.
   * @param decision what is to be signed, or a statement that is: that one goes as it is
   */
  async decide(
    decision: Prepared | string,
    { print }: { readonly print?: boolean | undefined },
  ): Promise<void> {
    const statement = typeof decision === 'string' ? decision : await this.sign(decision);
    if (print === true) this.terminal.stdout.write(`${statement}\n`);
    else await this.send(statement);
  }

  /** Signs a standing policy and sends all of it; where the gateway fails, `send` does so again. */
  async setPolicy(name: StandingPolicyName, authorityIds: readonly string[]): Promise<void> {
    await this.send(await this.#desk.signPolicy(name, authorityIds, await this.view()));
  }

  /** As `Desk.signRotation`. */
  signRotation(isOffline: boolean): Promise<string> {
    const refused = ({ message }: SignerError): void => {
      const why = printable(message);
      this.terminal.stderr.write(`The gateway refuses what you signed before: ${why}\n`);
    };
    const send = (statement: string) => this.send(statement);
    return this.#desk.signRotation(isOffline ? undefined : { refused, send });
  }

  /** @throws SignerError: it is on disk, and `send` sends it again */
  async send(statement: string): Promise<void> {
    try {
      const before = this.consentKey;
      const delivered = await this.#desk.send(statement);
      if (this.consentKey !== before)
        this.terminal.stderr.write(
          'Your new key signs from now on. Backups that were made before hold one that counts no more: make a new one.\n',
        );
      printLine(this.terminal, delivered ?? { status: 'done' });
    } catch (error) {
      if (error instanceof SignerError)
        this.terminal.stderr.write(
          'The statement is signed and kept: `careledger-consent send` sends it again.\n',
        );
      throw error;
    }
  }

  /** What the gateway has not said that it has, once more. */
  async sendAgain(): Promise<void> {
    await this.#desk.sendUnsent((statement) => this.send(statement));
  }

  keep(): Promise<void> {
    return this.#desk.keep();
  }

  async #confirm({ heading, prepared }: Asked): Promise<void> {
    const about = heading === undefined ? '' : `${printable(heading)}\n\n`;
    const sentences = prepared.map(({ sentence }) => `  ${printable(sentence)}\n\n`);
    this.terminal.stderr.write(`${about}You sign:\n\n${sentences.join('')}`);
    if (this.options.yes !== true) await confirm(this.terminal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]();
  }
}

function shown(rules: readonly ListedRule[]): string {
  const named = rules
    .slice(0, UNKNOWN_SHOWN)
    .map(({ grantId, authorityId }) => `${grantId} (${authorityId})`);
  return printable(named.join(', ')) + (rules.length > named.length ? ' and others' : '');
}
