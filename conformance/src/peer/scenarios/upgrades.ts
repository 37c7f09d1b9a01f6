import { upgradedDefinition } from '../../fixtures/probe/definition.js';
import { CLOUD_A, CLOUD_B, PATIENTS } from '../../fixtures/probe/peer-network.js';
import { get, hash, put } from '../private-calls.js';
import { evaluate, submit, type Scenarios } from '../scenario.js';

/** These change what the others rest on, so they come last. */
export const upgrades: Scenarios = {
  'a new sequence changes who is a member and what members only may; what was written stays': async (
    network,
  ) => {
    const outsider = { as: PATIENTS, at: CLOUD_A };
    await submit(network.client(), 'put', 'upgrade', 'public');
    await put(network, 'open', ['u1', 'before']);
    await put(network, 'closed', ['u1', 'before']);
    const before = {
      closed: await get(network, 'closed', 'u1', outsider),
      added: await put(network, 'added', ['u1', 'before'], { as: CLOUD_B }),
    };
    await network.redefine(upgradedDefinition());
    return {
      before,
      public: await evaluate(network.client(), 'get', 'upgrade'),
      closed: await get(network, 'closed', 'u1', outsider),
      kept: await get(network, 'open', 'u1', { as: CLOUD_B }),
      keptHash: await hash(network, 'open', 'u1', { as: PATIENTS }),
      put: await put(network, 'open', ['u2', 'after'], { by: [PATIENTS, CLOUD_A] }),
      newMember: await get(network, 'open', 'u2', { as: PATIENTS }),
      added: await put(network, 'added', ['u1', 'after'], { as: CLOUD_B }),
      addedAtMember: await get(network, 'added', 'u1', { as: PATIENTS }),
      addedOutside: await get(network, 'added', 'u1', { as: CLOUD_A }),
    };
  },
};
