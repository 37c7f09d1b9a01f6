import { loadVectors } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import type { WrittenVector } from '../testing/vectors.js';
import { checkWrittenContent } from './content/written-content.js';
import { FhirError } from './errors.js';
import { parseFhirJson } from './json.js';

const valid = loadVectors<WrittenVector>('valid', 'fhir-written');
const invalid = loadVectors<WrittenVector>('invalid', 'fhir-written');
/** What is read of other authors and of gateways: FHIR, but that R4 wants a `fullUrl` of each entry. */
const others = loadVectors<WrittenVector>('valid', 'fhir').filter(
  ({ content = '' }) => !content.includes('{"resource":'),
);

const check = async ({ content = '', about }: WrittenVector) =>
  checkWrittenContent(parseFhirJson(content), about);

async function faultOf(vector: WrittenVector): Promise<FhirError> {
  try {
    await check(vector);
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test.each([...valid, ...others])('takes $name: $description', async (vector) => {
  expect(await check(vector)).toEqual(JSON.parse(vector.content ?? ''));
});

test.each(invalid)('refuses $name: $description', async (vector) => {
  const fault = await faultOf(vector);
  expect(fault.code).toBe(vector.code);
  expect(fault.issues).toContainEqual(
    expect.objectContaining({ path: vector.at, ...(vector.rule !== undefined && { rule: vector.rule }) }),
  );
});

test('says all that is wrong, and where', async () => {
  const [first, second] = ['status-unknown', 'unit-in-words'].map((name) =>
    JSON.parse(invalid.find((vector) => vector.name === name)?.content ?? ''),
  ) as [{ entry: unknown[] }, { entry: unknown[] }];
  const about = invalid[0]!.about;
  const both = { ...first, entry: [...first.entry, ...second.entry] };
  const { issues } = await faultOf({
    description: '',
    about,
    content: JSON.stringify(both).replace('000000000001', '000000000002'),
  });
  expect(issues.map(({ path, code }) => [path, code])).toEqual([
    ['entry[0].resource.status', 'code-invalid'],
    ['entry[1].resource.valueQuantity.code', 'code-invalid'],
  ]);
});
