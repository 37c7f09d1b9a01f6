import { once } from 'node:events';
import type { Command } from 'commander';
import { checkPage } from '../page/check.js';
import { pageHashes } from '../page/files.js';
import { servePage } from '../page/serve.js';
import { safeAddress } from '../core/index.js';
import { printLine, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';

const DEFAULT_PORT = 8490;
const PORT_MAX = 65_535;

/** The same signer as a page for the browser. */
export function addPageCommands(program: Command, terminal: Terminal): void {
  const page = program
    .command('page')
    .description('the signer as a page for the browser, in no gateway’s hands');

  page
    .command('serve')
    .description('serve it from this machine until Ctrl-C; gateways and authorities have to allow its origin')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port; 0 takes a free one', String(DEFAULT_PORT))
    .action(async ({ host, port }: { host: string; port: string }) => {
      const { url, server } = await servePage({ host, port: portOf(port) });
      printLine(terminal, { page: url });
      const stop = (): void => void server.close().closeIdleConnections();
      process.once('SIGINT', stop).once('SIGTERM', stop);
      await once(server, 'close');
    });

  page
    .command('hashes')
    .description('print the SHA-256 of each file of the page')
    .action(async () => printLine(terminal, await pageHashes()));

  page
    .command('check')
    .description('say whether an address serves the page of this release, byte for byte')
    .argument('<url>')
    .action(async (url: string) => {
      const differences = await checkPage(safeAddress(url));
      if (differences.length === 0) return printLine(terminal, { page: url, same: true });
      printLine(terminal, { page: url, same: false, differences });
      throw new CliError(
        'PAGE_DIFFERS',
        `${url} serves another page than this release: do not type a passphrase there`,
      );
    });
}

/** @throws CliError `USAGE` */
function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= PORT_MAX) return port;
  throw new CliError('USAGE', `${text} is no port`);
}
