import type { ServiceSetting } from '../services/service-places.js';
import { BROKER, BROKER_GATEWAY_PORT, DEVICES_AUTHORITY } from './broker.js';
import { ANY_INTERFACE, CONFIG, DATA, IDENTITY, REVOCATIONS } from './places.js';

/** Services in containers see the same paths each: docker-compose.yaml mounts what is behind them. */
export const COMPOSE_SETTING: ServiceSetting = {
  places: () => ({
    connection: `${CONFIG}/connection.json`,
    tls: { cert: `${CONFIG}/tls/cert.pem`, key: `${CONFIG}/tls/key.pem` },
    identity: { cert: `${IDENTITY}/cert.pem`, key: `${IDENTITY}/key.pem` },
    data: DATA,
  }),
  listenHost: ANY_INTERFACE,
  brokerUrl: `mqtts://${BROKER}:${BROKER_GATEWAY_PORT}`,
  brokerCertificates: {
    authorityCertFile: `${CONFIG}/${DEVICES_AUTHORITY.cert}`,
    authorityKeyFile: `${CONFIG}/${DEVICES_AUTHORITY.key}`,
    revocationsDir: REVOCATIONS,
  },
};
