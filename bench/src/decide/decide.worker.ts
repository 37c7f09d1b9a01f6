import { accessControlChaincode } from '@careledger/access-control-chaincode/chaincode';
import type { Submission } from '@careledger/chaincode-runtime';
import { TestOrganisation, TestPatient, client, enroller } from '@careledger/chaincode-runtime/testing';
import { GRANTS_PER_AUTHORITY_MAX, type BatchResult } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { serveWorker } from '../worker/serve.js';
import { CountedState } from './counted-state.js';

const NETWORK_ID = 'devnet';
const AT_MS = Date.parse('2026-03-01T12:00:00.000Z');
const IAT_S = AT_MS / 1_000 - 60;
/** Of whom the decisions are about: the same in every state. */
const ASKING_GRANTS = 10;

const { handlers } = accessControlChaincode;
const state = new CountedState();
let patientId = '';
let asking = '';

const transaction = (caller: Submission['caller'], txId: string): Submission => ({
  ...{ networkId: NETWORK_ID, channel: 'cloud', txId, atMs: AT_MS, at: timestampOf(AT_MS), caller, state },
  organisation: () => Promise.resolve({ authorityId: null, providerId: null }),
  call: () => Promise.reject(new Error('This chaincode calls no other.')),
});
const tx = transaction(client('PatientsMSP'), 'a'.repeat(64));

async function newAuthority(number: number): Promise<string> {
  const id = `aut_bench${number}`;
  const mspId = `Bench${number}MSP`;
  const organisation = new TestOrganisation({ id, mspId, aud: NETWORK_ID, iat: IAT_S });
  await handlers.RegisterAuthority(transaction(client(mspId), 'b'.repeat(64)), {
    statement: organisation.registration(),
  });
  return id;
}

const question = () => ({
  ...{
    patientId,
    requester: asking,
    granteeTags: [],
    permission: 'read' as const,
    purpose: 'TREAT' as const,
  },
  tagGroups: [],
});

const handlersOfWorker = {
  /** A patient who has granted so often: ten times to who asks, as often as may be to others. Returns the keys that a decision reads. */
  async build(grants: number): Promise<number> {
    const patient = new TestPatient(NETWORK_ID, IAT_S);
    patientId = patient.id;
    await handlers.RegisterPatient(transaction(enroller(), 'c'.repeat(64)), {
      statement: patient.registration(),
    });
    let authorityId = '';
    for (let number = 0; number < grants; number += 1) {
      const others = number - ASKING_GRANTS;
      if (number === 0 || (others >= 0 && others % GRANTS_PER_AUTHORITY_MAX === 0))
        authorityId = await newAuthority(number);
      if (number === 0) asking = authorityId;
      const { result } = await handlers.Grant(tx, { items: [patient.grant(authorityId)] });
      const [item] = (result as BatchResult).items;
      if (item?.code !== 'OK') throw new Error(`Grant ${number} was refused: ${item?.code}`);
    }
    state.keysRead = 0;
    const { decision } = await handlers.Decide(tx, question());
    if (decision !== 'permit') throw new Error('The decision should be a permit.');
    return state.keysRead;
  },
  /** CPU in microseconds per decision. */
  async decide(decisions: number): Promise<number> {
    const sample = await sampleCpu(async () => {
      for (let number = 0; number < decisions; number += 1) await handlers.Decide(tx, question());
      return decisions;
    });
    return cpuPerOperationUs(sample);
  },
  /** The control: the same after every grant was looked at, as the policy at a past date is found. */
  async decideByAll(decisions: number): Promise<number> {
    const sample = await sampleCpu(async () => {
      for (let number = 0; number < decisions; number += 1) {
        await handlers.EffectivePolicy(tx, { patientId, at: timestampOf(AT_MS) });
        await handlers.Decide(tx, question());
      }
      return decisions;
    });
    return cpuPerOperationUs(sample);
  },
};

export type DecideWorker = typeof handlersOfWorker;

serveWorker(handlersOfWorker);
