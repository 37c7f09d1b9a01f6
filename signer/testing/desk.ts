import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from '../src/cli/main.js';
import { ConsentSigner, newContent, newVault, openVault } from '../src/core/index.js';
import { StandInGateway } from './stand-in-gateway.js';

const PASSPHRASE = 'correct horse battery staple';
/** Quick to open: files say how hard they are to try. */
const QUICK = { logN: 10 };

/** What a command printed, and how it ended. */
export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** A patient with a file of the command, before a gateway that can lie. */
export class Desk implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly gateway: StandInGateway,
    readonly patientId: string,
  ) {}

  /** @param trusted authority ID → key (base64url) that the patient has from the authority, and the gateway from the ledger */
  static async open(trusted: Readonly<Record<string, string>>): Promise<Desk> {
    const folder = mkdtempSync(join(tmpdir(), 'careledger-consent-'));
    const signer = await ConsentSigner.of(await newContent('devnet'));
    const gateway = await StandInGateway.start(signer.key.patientId);
    gateway.keys = { ...trusted };
    for (const [authorityId, key] of Object.entries(trusted)) signer.trust(authorityId, key);
    signer.reach({ url: gateway.url, token: 'a-token-of-the-patient' });
    const desk = new Desk(folder, gateway, signer.key.patientId);
    writeFileSync(join(folder, 'passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
    const vault = await newVault(signer.content, PASSPHRASE, QUICK);
    writeFileSync(desk.file, await vault.seal(signer.content));
    return desk;
  }

  get file(): string {
    return join(this.folder, 'consent.json');
  }

  /** The command with the patient's file and passphrase; nobody is asked. */
  run(...args: string[]): Promise<Ran> {
    return this.runAs(['--yes', ...args]);
  }

  async runAs(args: readonly string[], typed?: string): Promise<Ran> {
    const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const printed = Promise.all([text(stdout), text(stderr)]);
    if (typed !== undefined) stderr.once('data', () => stdin.write(typed));
    const files = ['--file', this.file, '--passphrase-file', join(this.folder, 'passphrase')];
    const exitCode = await main([...files, ...args], { stdin, stdout, stderr });
    stdout.end();
    stderr.end();
    const [out, err] = await printed;
    return { exitCode, out, err };
  }

  /** What the file says. */
  async signer(): Promise<ConsentSigner> {
    return ConsentSigner.of((await openVault(readFileSync(this.file, 'utf8'), PASSPHRASE)).content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true });
  }
}
