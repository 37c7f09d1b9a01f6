import type { Outcome } from '../../fixtures/observation/outcome.js';
import { evaluateJson, submit, type Scenarios } from '../scenario.js';

interface Page {
  readonly bookmark: string;
  readonly fetchedRecordsCount: number;
  readonly rows: readonly (readonly [string, string])[];
}

export const ranges: Scenarios = {
  'a range longer than a batch comes whole and in order': async (network) => {
    const client = network.client();
    await submit(client, 'fill', 'range', '250');
    return evaluateJson(client, 'range', 'range', 'range~');
  },
  'the end of a range is not in it': async (network) => {
    const client = network.client();
    await submit(client, 'fill', 'end', '4');
    return evaluateJson(client, 'range', 'end0001', 'end0003');
  },
  'an empty range, one whose end is before its start': async (network) => [
    await evaluateJson(network.client(), 'range', 'nothing', 'nothing~'),
    await evaluateJson(network.client(), 'range', 'range~', 'range'),
  ],
  'keys are ordered by their UTF-8 bytes': async (network) => {
    const client = network.client();
    // In UTF-16 the last one comes before the one ahead of it.
    for (const key of ['utf-ä', 'utf-z', 'utf-\uffee', 'utf-😀']) await submit(client, 'put', key, 'v');
    return evaluateJson(client, 'range', 'utf-', 'utf.');
  },
  'pages follow their bookmarks without a gap': async (network) => {
    const client = network.client();
    await submit(client, 'fill', 'page', '7');
    const pages: Outcome[] = [];
    let bookmark = '';
    do {
      const page = await evaluateJson(client, 'page', 'page', 'page~', '3', bookmark);
      pages.push(page);
      bookmark = (page as unknown as Page).bookmark;
    } while (bookmark !== '');
    return pages;
  },
  'composite keys are found by their first parts, and are in no plain range': async (network) => {
    const client = network.client();
    await submit(client, 'putComposite', 'pet', '["ann","rex"]', 'dog');
    await submit(client, 'putComposite', 'pet', '["ann","tom"]', 'cat');
    await submit(client, 'putComposite', 'pet', '["anna","flo"]', 'flea');
    return {
      found: await evaluateJson(client, 'byPartialComposite', 'pet', 'ann'),
      plain: await evaluateJson(client, 'range', 'pet', 'pet~'),
    };
  },
  'history: newest first, deletes included, invalid transactions not': async (network) => {
    const client = network.client();
    await submit(client, 'put', 'history', 'one');
    await submit(client, 'put', 'history', 'two');
    await submit(client, 'del', 'history');
    await client.contract
      .submit('put', { arguments: ['history', 'invalid'], endorsingOrganizations: ['CloudAMSP'] })
      .catch(() => undefined);
    const rows = (await evaluateJson(client, 'history', 'history')) as unknown as {
      txId: string;
      value: string;
      isDelete: boolean;
    }[];
    return {
      rows: rows.map(({ value, isDelete }) => ({ value, isDelete })),
      differentTransactions: new Set(rows.map(({ txId }) => txId)).size,
    };
  },
};
