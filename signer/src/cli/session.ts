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
      confirm: ({ sentence }) => this.#confirm(`You sign:\n\n  ${printable(sentence)}\n\n`),
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

  /** @throws SignerError `GATEWAY_UNKNOWN` */
  get client(): GatewayClient {
    return this.#desk.client;
  }

  /** What the gateway says of the patient's decisions; what stands and was not signed here is shown before anything is signed. */
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

  /** Signs and sends, or prints what was signed. */
  async decide(prepared: Prepared, { print }: { readonly print?: true | undefined }): Promise<void> {
    const statement = await this.sign(prepared);
    if (print === true) this.terminal.stdout.write(`${statement}\n`);
    else await this.send(statement);
  }

  /**
   * Several decisions that belong together: shown, asked for and signed in one go, all of them on disk before the first one is
   * sent. They go in their order; where the gateway fails, `send` goes on.
   * @param kept with the statements, before they are on disk
   */
  async decideAll(
    heading: string,
    prepared: readonly Prepared[],
    kept: (statements: readonly string[]) => void,
  ): Promise<void> {
    const sentences = prepared.map(({ sentence }) => `  ${printable(sentence)}\n\n`);
    await this.#confirm(`${printable(heading)}\n\nYou sign:\n\n${sentences.join('')}`);
    const statements: string[] = [];
    for (const each of prepared) statements.push(await this.signer.sign(each));
    kept(statements);
    await this.keep();
    for (const statement of statements) await this.send(statement);
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
    for (const statement of this.signer.unsent()) await this.send(statement);
  }

  keep(): Promise<void> {
    return this.#desk.keep();
  }

  async #confirm(text: string): Promise<void> {
    this.terminal.stderr.write(text);
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
