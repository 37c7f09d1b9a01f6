import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import type { CallerRule } from '@careledger/contracts';
import { X509CertificateGenerator, cryptoProvider } from '@peculiar/x509';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { callerOf, isAdmin, isClient, type Caller } from './caller.js';
import { CALLER_RULES } from './rules.js';

type Subject = { [type: string]: string[] }[];
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
let keys: webcrypto.CryptoKeyPair;
beforeAll(async () => {
  cryptoProvider.set(webcrypto);
  keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
});

async function caller(name: Subject, mspId = 'PatientsMSP', attributes: Record<string, string> = {}) {
  const certificate = await X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm: P256 });
  const pem = Buffer.from(certificate.toString('pem'));
  return callerOf(mspId, pem, (attribute) => attributes[attribute] ?? null);
}
const clientOf = (attributes?: Record<string, string>, mspId?: string) =>
  caller([{ OU: ['client'] }, { CN: ['user'] }], mspId, attributes);
const nothing = async () => ({ authorityId: null, providerId: null });
const admits = (rule: CallerRule, who: Caller) => CALLER_RULES[rule]({ caller: who, organisation: nothing });

describe('a caller’s role', () => {
  test('is the organisational unit of the certificate', async () => {
    const admin = await caller([{ OU: ['admin'] }, { CN: ['a'] }]);
    expect([isClient(admin), isAdmin(admin)]).toEqual([false, true]);
    const client = await clientOf();
    expect([isClient(client), isAdmin(client)]).toEqual([true, false]);
  });

  test('is found among other units, as Fabric CA writes them', async () => {
    expect(isClient(await caller([{ OU: ['client'] }, { OU: ['org1'] }, { CN: ['u'] }]))).toBe(true);
    expect(isClient(await caller([{ OU: ['client'], CN: ['u'] }]))).toBe(true);
  });

  test('cannot be written into a common name', async () => {
    const spoof = await caller([{ OU: ['peer'] }, { CN: ['x\nOU=admin + OU=client,OU=admin'] }]);
    expect([isClient(spoof), isAdmin(spoof)]).toEqual([false, false]);
  });

  test('is none where the certificate claims two, or none', async () => {
    for (const units of [[{ OU: ['client'] }, { OU: ['admin'] }], []]) {
      const who = await caller([...units, { CN: ['u'] }]);
      expect([isClient(who), isAdmin(who)]).toEqual([false, false]);
    }
  });
});

describe('the rule', () => {
  test('enroller needs the attribute, its value, and the patients’ MSP', async () => {
    const enrol = { 'careledger.enrol': 'true' };
    expect(await admits('enroller', await clientOf(enrol))).toBe(true);
    expect(await admits('enroller', await clientOf())).toBe(false);
    expect(await admits('enroller', await clientOf({ 'careledger.enrol': 'false' }))).toBe(false);
    expect(await admits('enroller', await clientOf(enrol, 'HospitalMSP'))).toBe(false);
  });

  test('member admits no peer and no orderer', async () => {
    for (const unit of ['peer', 'orderer'])
      expect(await admits('member', await caller([{ OU: [unit] }, { CN: ['n'] }]))).toBe(false);
  });

  test('authority and provider need a registration, which an admin’s certificate does not replace', async () => {
    expect(await admits('authority', await clientOf())).toBe(false);
    expect(await admits('provider', await clientOf())).toBe(false);
    const organisation = async () => ({ authorityId: 'aut_a', providerId: 'prv_a' });
    const admin = await caller([{ OU: ['admin'] }, { CN: ['a'] }]);
    expect(await CALLER_RULES.authority({ caller: admin, organisation })).toBe(false);
    expect(await CALLER_RULES.provider({ caller: await clientOf(), organisation })).toBe(true);
  });
});
