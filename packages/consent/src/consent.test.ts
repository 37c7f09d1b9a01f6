import { fileURLToPath } from 'node:url';
import { hmacSha256, sha256, toBase64url, x25519FromPrivate } from '@careledger/crypto';
import { decryptFrom, granteeTag, scopeTag } from '@careledger/envelope';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import {
  delegateBody,
  delegationSentence,
  grantBody,
  grantSentence,
  meaningOf,
  sealMeaning,
  toldOf,
  sentenceOf,
  type GrantTerms,
} from './index.js';

const scopeKey = new Uint8Array(32).fill(7);
const hospital = x25519FromPrivate(new Uint8Array(32).fill(9));
const FROM = '2026-11-01T00:00:00.000Z';
const terms: GrantTerms = {
  authorityId: 'aut_hospital',
  permissions: ['read', 'write'],
  purposes: ['TREAT', 'ETREAT'],
  scope: [{ category: 'laboratory', resourceType: 'Observation' }],
  grantee: [{ unit: 'diabetology' }],
  from: FROM,
  until: '2027-01-01T00:00:00.000Z',
  note: 'for my diabetes',
};
const made = (given: GrantTerms) => {
  const meaning = meaningOf(hmacSha256, scopeKey, given);
  return { meaning, body: grantBody(given, { meaning, sealed: 'x', policySeq: 4, nowMs: 0 }) };
};

test('tags are those of records, and the authority alone opens what they mean', async () => {
  const { meaning, body } = made(terms);
  expect(body.scopeTags).toEqual([scopeTag(scopeKey, terms.scope![0]!)]);
  expect(body.granteeTags).toEqual([
    granteeTag(scopeKey, { authorityId: 'aut_hospital', unit: 'diabetology' }),
  ]);
  const sealed = await sealMeaning(meaning, hospital.publicKey, sha256);
  const opened = await decryptFrom(sealed, hospital, { context: 'grant' });
  expect(JSON.parse(new TextDecoder().decode(opened))).toEqual(meaning);
});

test('the sentence says everything that the grant allows, and names a grant of everything as that', () => {
  const { meaning, body } = made(terms);
  expect(grantSentence(body, meaning)).toBe(
    'I allow unit diabetology at aut_hospital to read and add to my records of category laboratory (Observation), and no ' +
      `others, for treatment and emergency treatment, from ${FROM} until 2027-01-01T00:00:00.000Z. aut_hospital may not ` +
      'let others read them. My note to it: “for my diabetes” This is my decision number 4.',
  );
  const everything = made({
    authorityId: 'aut_lab',
    permissions: ['modify'],
    purposes: ['HRESCH'],
    delegable: true,
  });
  const sentence = grantSentence(everything.body, everything.meaning);
  expect(sentence).toContain('I allow anybody at aut_lab to change ALL my records, whatever they say,');
  expect(sentence).toContain('without an end, until I revoke it. aut_lab may let others read them.');
  // Without `from`, from now on: the clock that was given.
  expect(everything.body.from).toBe('1970-01-01T00:00:00.000Z');
});

test('the sentence says that a copy may be kept, for what and where; words that do not say where make none', () => {
  const copy = {
    ...{ purpose: 'TREAT' as const, unitHash: 'A'.repeat(43) },
    ...{ unit: 'ward-4', salt: 'A'.repeat(43) },
  };
  const { meaning, body } = made({ ...terms, copy });
  expect(body.copy).toEqual({ purpose: 'TREAT', unitHash: copy.unitHash });
  expect(grantSentence(body, meaning)).toContain(
    'It may keep a searchable copy of what it may read, for treatment at unit ward-4, until this ends: then it has to destroy ' +
      'the copy.',
  );
  expect(() => grantSentence(body, made(terms).meaning)).toThrow(RangeError);
  expect(() => grantSentence(made(terms).body, meaning)).toThrow(RangeError);
});

test('the sentence of a denial forbids, and says whom, what and of which time', () => {
  const period = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
  const denial = { ...terms, effect: 'deny' as const, authorityId: '*', grantee: [], period };
  const { meaning, body } = made(denial);
  const sentence = grantSentence(body, meaning);
  expect(sentence).toContain(
    'I FORBID anybody at ANY authority to read and add to my records that hold anything of category laboratory ' +
      '(Observation) that touch 2026-03-01T00:00:00Z to 2026-04-01T00:00:00Z,',
  );
  expect(sentence).toContain('This outweighs whatever I grant, also later.');
  expect(toldOf(body.effect, meaning)).toEqual({ v: 1, scope: [], grantee: [] });
});

test('words that do not stand for the tags that are signed make no sentence', () => {
  const { meaning, body } = made(terms);
  const other = toBase64url(new Uint8Array(16));
  expect(() => grantSentence({ ...body, scopeTags: [] }, meaning)).toThrow(RangeError);
  expect(() => grantSentence({ ...body, scopeTags: [other] }, meaning)).toThrow(RangeError);
  expect(() => grantSentence({ ...body, granteeTags: [other] }, meaning)).toThrow(RangeError);
});

test('a revocation of everything says so', () => {
  expect(sentenceOf({ name: 'revokeAll', body: { policySeq: 9 } })).toContain('I end EVERYTHING');
  expect(sentenceOf({ name: 'revoke', body: { policySeq: 9, grantId: 'abc' } })).toContain(
    'I end my grant abc',
  );
});

test('it runs in a browser: nothing of Node is reached', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('./index.js', import.meta.url))],
    ...{ bundle: true, format: 'esm', platform: 'browser', write: false, metafile: true },
  });
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
});

test('a delegation says its records as a grant of the same says them: of several terms any counts', () => {
  const several = { ...terms, scope: [...terms.scope!, { label: 'R' }] };
  const { meaning, body } = made(several);
  const records = 'my records of category laboratory (Observation) or labelled R (restricted), and no others';
  expect(grantSentence(body, meaning)).toContain(records);
  const { scope } = meaning;
  const { permissions, purposes } = terms;
  const until = '2027-01-01T00:00:00.000Z';
  const delegation = delegateBody(
    { kind: 'carer', acts: ['grant'], permissions, purposes, scope, until, further: 0 },
    { policySeq: 5, key: 'x', keyProof: 'x' },
  );
  expect(delegationSentence(delegation, { name: 'Anna', scope })).toContain(`about ${records}, to read`);
});

test('the sentence says that the single measured values are among the records, and only then', () => {
  const { meaning, body } = made({ ...terms, detail: true });
  expect(body.detail).toBe(true);
  expect(grantSentence(body, meaning)).toContain('(with the single measured values)');
  expect(grantSentence(made(terms).body, meaning)).not.toContain('single');
});
