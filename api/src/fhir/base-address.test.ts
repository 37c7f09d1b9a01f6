import { newApiTokens } from '@careledger/service-kit/testing';
import { expect, test } from '@jest/globals';
import { AwayApi } from '../../testing/away-api.js';
import { FHIR_BASE } from './table.js';

test('the base with a slash at its end is the base; any other path with one is nothing', async () => {
  const { tokens, entries } = newApiTokens(`pat_${'a'.repeat(32)}`);
  await using api = await AwayApi.open({ auth: { tokens: entries } });
  const post = async (url: string): Promise<unknown[]> => {
    const answer = await api.app.inject({
      ...{ method: 'POST', url, payload: { resourceType: 'Bundle', type: 'transaction', entry: [] } },
      headers: { authorization: `Bearer ${tokens.practitioner}` },
    });
    const { issue = [] } = answer.json<{ issue?: { details: { coding: { code: string }[] } }[] }>();
    return [answer.statusCode, issue[0]?.details.coding[0]?.code];
  };
  const asked = await post(FHIR_BASE);
  expect(asked[0]).not.toBe(404);
  expect(await post(`${FHIR_BASE}/`)).toEqual(asked);
  expect(await post(`${FHIR_BASE}/?_format=json`)).toEqual(await post(`${FHIR_BASE}?_format=json`));
  for (const url of [`${FHIR_BASE}//`, `${FHIR_BASE}/Spaceship/`, `${FHIR_BASE}s/`])
    expect((await post(url))[0]).toBe(404);
});
