import { checkResource } from '@careledger/fhir';
import { listRoutes } from '@careledger/service-kit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir } from '../../testing/away-fhir.js';
import { FHIR_BASE, FHIR_TABLE, OF_SYSTEM, ROUTE_OF, SAID_AS, type Row } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('the table', () => {
  test('has every route below /fhir, and every row is a route for its roles alone', () => {
    const routes = listRoutes(fhir.app).filter(
      ({ method, url }) => method !== 'HEAD' && url.startsWith(FHIR_BASE),
    );
    const expected = FHIR_TABLE.map((row) => [
      ROUTE_OF[row.interaction](row.resourceType).join(' '),
      row.roles,
    ]);
    const found = routes.filter(({ public: open }) => !open);
    // A transaction and a batch have one address.
    const distinct = [...new Map(expected.map((each) => [JSON.stringify(each), each])).values()];
    expect(found.map(({ method, url, roles }) => [`${method} ${url}`, roles])).toEqual(distinct);
    expect(routes.filter(({ public: open }) => open).map(({ url }) => url)).toEqual([
      `${FHIR_BASE}/metadata`,
    ]);
  });

  test('has every search in both ways, for the same roles', () => {
    const of = (way: Row['interaction']) =>
      FHIR_TABLE.filter(({ interaction }) => interaction === way).map(({ resourceType, source, roles }) => ({
        ...{ resourceType, source, roles },
      }));
    expect(of('search-by-post')).toEqual(of('search-type'));
    expect(of('search-type')).not.toEqual([]);
  });

  test('is what the CapabilityStatement says, to whoever asks', async () => {
    const answer = await fhir.app.inject({ url: `${FHIR_BASE}/metadata` });
    const statement = answer.json<{
      rest: {
        resource: {
          type: string;
          interaction: { code: string; documentation: string }[];
          operation?: { name: string }[];
          searchInclude?: string[];
          searchRevInclude?: string[];
        }[];
        interaction: { code: string }[];
      }[];
    }>();
    expect(checkResource(statement).resourceType).toBe('CapabilityStatement');
    expect(answer.headers['content-type']).toBe('application/fhir+json');
    const told = statement.rest[0]?.resource.flatMap(({ type, interaction, operation = [] }) =>
      [...interaction.map(({ code }) => code), ...operation.map(({ name }) => name)].map(
        (code) => `${type} ${code}`,
      ),
    );
    const of = (isOfSystem: boolean) =>
      FHIR_TABLE.filter(({ interaction }) => OF_SYSTEM.has(interaction) === isOfSystem);
    expect(told?.sort()).toEqual(
      of(false)
        .filter(({ interaction }) => SAID_AS[interaction] === undefined)
        .map(({ resourceType, interaction }) => `${resourceType} ${interaction}`)
        .sort(),
    );
    const shownBeside = statement.rest[0]?.resource.find(({ type }) => type === 'Observation');
    expect(shownBeside?.searchInclude).toEqual(
      expect.arrayContaining(['Observation:subject', 'Observation:device']),
    );
    expect(shownBeside?.searchRevInclude).toEqual([
      ...['DiagnosticReport:result', 'Observation:derived-from', 'Observation:has-member'],
      ...['Provenance:entity', 'Provenance:target'],
    ]);
    const updates = statement.rest[0]?.resource.flatMap(({ interaction }) =>
      interaction.filter(({ code }) => code === 'update'),
    );
    expect(updates?.map(({ documentation }) => documentation.includes('scopes `r` and `u`'))).toEqual([
      ...[true, true, true],
    ]);
    expect(statement.rest[0]?.interaction.map(({ code }) => code)).toEqual(
      of(true).map(({ interaction }) => interaction),
    );
  });
});
