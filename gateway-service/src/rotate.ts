import { rotateAttestor, rotateKeyCommand } from '@careledger/ledger/service';
import type { GatewayConfig } from './config.js';
import { ATTESTOR_KEY, openKeys } from './keys.js';
import { STORE_FILE } from './migrations.js';

/** Rotates the key with which this gateway attests. Its patients' keys are theirs to rotate. */
export const rotateKey = rotateKeyCommand<GatewayConfig>({
  storeFile: STORE_FILE,
  openKeys,
  uses: {
    attestor: (ledger, keys, { networkId, ledger: { mspId } }) =>
      rotateAttestor(ledger, keys, { networkId, mspId, name: ATTESTOR_KEY }),
  },
});
