import { expect, test } from '@jest/globals';
import { ByteRoom } from './byte-room.js';

/** Who has entered by now, in their order. */
function entering(room: ByteRoom) {
  const entered: string[] = [];
  const enter = async (name: string, bytes: number, signal?: AbortSignal): Promise<Disposable> => {
    const place = await room.enter(bytes, signal);
    entered.push(name);
    return place;
  };
  return { entered, enter };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('no more is in than there is room for, and each in its turn: a small one passes no larger one', async () => {
  const { entered, enter } = entering(new ByteRoom(100));
  const first = await enter('first', 60);
  const [large, small] = [enter('large', 50), enter('small', 10)];
  await turn();
  expect(entered).toEqual(['first']);
  first[Symbol.dispose]();
  await Promise.all([large, small]);
  expect(entered).toEqual(['first', 'large', 'small']);
});

test('what is larger than the room has it to itself', async () => {
  const { entered, enter } = entering(new ByteRoom(100));
  const first = await enter('first', 1);
  const huge = enter('huge', 1_000);
  await turn();
  expect(entered).toEqual(['first']);
  first[Symbol.dispose]();
  const inside = await huge;
  const last = enter('last', 1);
  await turn();
  expect(entered).toEqual(['first', 'huge']);
  inside[Symbol.dispose]();
  await last;
});

test('what is given back twice is free once', async () => {
  const { entered, enter } = entering(new ByteRoom(100));
  const first = await enter('first', 100);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await enter('second', 100);
  void enter('third', 1);
  await turn();
  expect(entered).toEqual(['first', 'second']);
});

test('whoever does not wait any longer is in nobody’s way', async () => {
  const { entered, enter } = entering(new ByteRoom(100));
  await enter('first', 60);
  const leaving = new AbortController();
  const gone = enter('gone', 100, leaving.signal);
  const next = enter('next', 40);
  await turn();
  expect(entered).toEqual(['first']);
  leaving.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  await next;
  expect(entered).toEqual(['first', 'next']);
  await expect(enter('late', 1, leaving.signal)).rejects.toThrow('gone');
});

test('work has its room until it has ended, also by an error', async () => {
  const room = new ByteRoom(100);
  const { signal } = new AbortController();
  const failing = room.within(100, signal, () => Promise.reject(new Error('failed')));
  const next = room.within(100, signal, () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('failed');
  expect(await next).toBe('done');
});
