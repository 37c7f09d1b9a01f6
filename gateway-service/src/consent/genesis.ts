import type { GenesisBody } from '@careledger/private-chain';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';

/** The genesis block holds what the patient registered with. */
export function genesisOf(core: Pick<GatewayCore, 'chain'>, { patientNo }: Patient): GenesisBody {
  const block = core.chain.block(patientNo, 0);
  if (block.type !== 'genesis') throw new Error(`Block 0 of patient ${patientNo} is no genesis block`);
  return block.body;
}
