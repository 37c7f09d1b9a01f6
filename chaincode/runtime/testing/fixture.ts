import { randomBytes } from 'node:crypto';
import type { BatchResult } from '@careledger/contracts';
import { sha256, toBase32, toBase64url } from '@careledger/crypto';
import { recordIdOf, type ChannelName } from '@careledger/domain';
import type { Caller } from '../src/caller/caller.js';
import type { Chaincode } from '../src/dispatch/handlers.js';
import { admin, client, enroller } from './callers.js';
import { TestOrganisation, TestPatient } from './issuers.js';
import { MemoryNetwork, type Endorsed } from './memory-network.js';

const NETWORK_ID = 'test';

/** Who calls what, in tests of one contract on one channel. */
export interface Call {
  readonly chaincode?: string;
  readonly caller?: Caller;
  readonly channel?: ChannelName;
  readonly atMs?: number;
}

/** Both chaincodes in memory, and people who use them. */
export class ChaincodeFixture extends MemoryNetwork {
  /** Statements are an hour old when the tests begin: none of them is from the future. */
  readonly iat = Math.floor(this.nowMs / 1000) - 3_600;

  constructor(chaincodes: readonly Chaincode[]) {
    super(NETWORK_ID, chaincodes);
  }

  newPatient(): TestPatient {
    return new TestPatient(this.networkId, this.iat);
  }

  async patient(channels: readonly ChannelName[] = ['authorities', 'cloud']): Promise<TestPatient> {
    const patient = this.newPatient();
    for (const channel of channels)
      await this.run(
        'RegisterPatient',
        { statement: patient.registration() },
        { caller: enroller(), channel },
      );
    return patient;
  }

  /** A registered organisation: `aut_…` is an authority, `prv_…` a provider. */
  async organisation(id: string, mspId: string): Promise<TestOrganisation> {
    const organisation = new TestOrganisation({ id, mspId, aud: this.networkId, iat: this.iat });
    const name = id.startsWith('aut_') ? 'RegisterAuthority' : 'RegisterProvider';
    for (const channel of ['authorities', 'cloud'] as const)
      await this.run(name, { statement: organisation.registration() }, { caller: admin(mspId), channel });
    return organisation;
  }

  /** Submits and commits; by default to `access-control` on `cloud`, by the patients' operator. */
  run(name: string, args: unknown, call: Call = {}): Promise<Endorsed> {
    return this.submit(this.#proposal(name, args, call));
  }

  async ask<Result>(name: string, args: unknown, call: Call = {}): Promise<Result> {
    return (await this.evaluate(this.#proposal(name, args, call))) as Result;
  }

  propose(name: string, args: unknown, call: Call = {}): Promise<Endorsed> {
    return this.endorse(this.#proposal(name, args, call));
  }

  /** Codes of a batch's items. */
  async codes(name: string, items: readonly string[], call: Call = {}): Promise<string[]> {
    const { result } = await this.run(name, { items }, call);
    return (result as BatchResult).items.map(({ code }) => code);
  }

  #proposal(name: string, args: unknown, call: Call) {
    const { chaincode = 'access-control', channel = 'cloud', caller = client('PatientsMSP'), ...rest } = call;
    return { chaincode, channel, caller, name, args, ...rest };
  }
}

/** A record's id with the seed that gives it, as its author would derive them. */
export function newRecord(patientId: string, author: string = patientId): { recordId: string; seed: string } {
  const seed = toBase64url(randomBytes(32));
  return { seed, recordId: recordIdOf({ author, patientId, seed }, sha256) };
}

/** A record's or practitioner's id that is nobody's. */
export const newId = (prefix: 'rec' | 'prc'): string => `${prefix}_${toBase32(randomBytes(20))}`;
