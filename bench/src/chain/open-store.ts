import {
  LATER_STORE_MIGRATIONS,
  STORE_MIGRATIONS,
  openStore,
  type GatewayStore,
} from '@careledger/gateway-service';

/** A gateway's store in a file, with all of its tables. */
export const openBenchStore = (path: string): GatewayStore =>
  openStore({ path, migrations: [...STORE_MIGRATIONS, ...LATER_STORE_MIGRATIONS] });
