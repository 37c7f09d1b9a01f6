import { PassThrough } from 'node:stream';
import { parseStatement } from '@careledger/statements/portable';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { Desk } from '../../testing/desk.js';
import { isDashedId } from './id-command.js';
import { program } from './program.js';

/** As one in 64 is drawn; the second looks like a long flag. */
const IDS = ['-bcdefghijklmnopqrstuA', '--cdefghijklmnopqrstuQ'] as const;
const KEY = Buffer.alloc(32, 0xfb).toString('base64url');

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({});
});
afterEach(() => desk[Symbol.asyncDispose]());

const bodyIn = (printed: string) => parseStatement(printed.trim()).payload.body;

describe('an id that begins with a dash is no flag', () => {
  test.each(IDS)('%s, as an argument', async (id) => {
    const revoked = await desk.run('revoke', id, '--offline');
    expect(revoked).toMatchObject({ exitCode: 0 });
    expect(bodyIn(revoked.out)).toMatchObject({ grantId: id });
    expect(bodyIn((await desk.run('revoke', '--offline', id)).out)).toMatchObject({ grantId: id });
    expect(bodyIn((await desk.run('reject', '--print', id)).out)).toMatchObject({ subscriptionId: id });
    const objected = await desk.run('recover', 'object', id, '--print');
    expect(bodyIn(objected.out)).toMatchObject({ recoveryId: id });
    expect(await desk.run('statement', id)).toMatchObject({
      exitCode: 2,
      err: `careledger-consent: USAGE: You have signed no statement ${id} here\n`,
    });
  });

  test('each of several, as the values of an option', async () => {
    const denied = await desk.run('deny', '--visit', IDS[1], IDS[0], '--print');
    expect(denied).toMatchObject({ exitCode: 0 });
    expect(denied.err).toContain(IDS[0]);
    expect(denied.err).toContain(IDS[1]);
  });

  test('nor is a key', async () => {
    expect(KEY).toMatch(/^-/);
    expect(await desk.run('trust', 'aut_lab', KEY)).toMatchObject({
      exitCode: 0,
      out: `${JSON.stringify({ trusted: { aut_lab: KEY } })}\n`,
    });
  });
});

test('a flag that is mistyped is still refused, and no flag has the form of an id', async () => {
  expect(await desk.run('revoke', IDS[0], '--ofline')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('unknown option'),
  });
  const flagsOf = (command: Command): string[] => [
    ...command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']),
    ...command.commands.flatMap(flagsOf),
  ];
  const stream = new PassThrough();
  const flags = flagsOf(program({ stdin: stream, stdout: stream, stderr: stream }));
  expect(flags).toContain('--offline');
  expect(flags.filter(isDashedId)).toEqual([]);
});
