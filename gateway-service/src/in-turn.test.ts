import { expect, test } from '@jest/globals';
import { InTurn } from './in-turn.js';

test('what is about the same goes one after another, past what fails; what is about something else does not wait', async () => {
  const turns = new InTurn<string>();
  const did: string[] = [];
  const first = Promise.withResolvers<void>();
  const failing = turns.run('a', async () => {
    await first.promise;
    did.push('first');
    throw new Error('away');
  });
  const next = turns.run('a', async () => void did.push('next'));
  await turns.run('b', async () => void did.push('other'));
  expect(did).toEqual(['other']);
  first.resolve();
  await expect(failing).rejects.toThrow('away');
  await next;
  expect(did).toEqual(['other', 'first', 'next']);
});
