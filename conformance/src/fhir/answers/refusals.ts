import type { Asked, Asker } from './asker.js';

/** Every kind of refusal. */
export async function askForRefusals(asker: Asker): Promise<void> {
  const { reference, tokens } = asker;
  const observation = { resourceType: 'Observation', status: 'done', subject: { reference } };
  const refusals: Readonly<Record<string, readonly [path: string, asked: Asked & { status: number }]>> = {
    unauthenticated: [`/${reference}`, { token: 'nobody', status: 401 }],
    forbidden: [`/${reference}`, { token: tokens.auditor, status: 403 }],
    'not-shown': [
      `/Observation?patient=${reference}`,
      { headers: { 'x-careledger-purpose': 'HRESCH' }, status: 403 },
    ],
    'not-found': ['/Observation/1', { status: 404 }],
    'no-such-type': ['/Spaceship/1', { status: 404 }],
    'no-such-method': [`/${reference}`, { method: 'DELETE', status: 405 }],
    'not-acceptable': ['/metadata?_format=xml', { status: 406 }],
    invalid: [`/Observation?patient=${reference}&_count=abc`, { status: 400 }],
    malformed: [`/Observation?patient=%zz`, { status: 400 }],
    faults: ['/Observation', { method: 'POST', body: observation, status: 422 }],
    'other-media-type': [
      '/Observation',
      { ...{ method: 'POST', body: observation, status: 415 }, headers: { 'content-type': 'text/plain' } },
    ],
  };
  for (const [name, [path, asked]] of Object.entries(refusals))
    await asker.ask(`refusal-${name}`, path, asked);
}
