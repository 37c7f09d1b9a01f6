import { GATEWAY, type ServiceSetting } from '@careledger/network-definition';
import { BROKER, BROKER_GATEWAY_PORT, DEVICES_AUTHORITY } from './broker.js';
import { ANY_INTERFACE, CONFIG, DATA, IDENTITY, REVOCATIONS } from './container-paths.js';

/** Services in containers see the same paths each: docker-compose.yaml mounts what is behind them. */
export const COMPOSE_SETTING: ServiceSetting = {
  listenHost: ANY_INTERFACE,
  tls: { certFile: `${CONFIG}/tls/cert.pem`, keyFile: `${CONFIG}/tls/key.pem` },
  connectionFile: `${CONFIG}/connection.json`,
  identity: { certificateFile: `${IDENTITY}/cert.pem`, privateKeyFile: `${IDENTITY}/key.pem` },
  dataDir: DATA,
  // No gateway hears a passphrase unless whoever runs it says so: CARELEDGER_CONSENT_KEYS.
  consentKeys: 'patient',
  broker: {
    url: `mqtts://${BROKER}:${BROKER_GATEWAY_PORT}`,
    username: GATEWAY,
    certificates: {
      authorityCertFile: `${CONFIG}/${DEVICES_AUTHORITY.cert}`,
      authorityKeyFile: `${CONFIG}/${DEVICES_AUTHORITY.key}`,
      revocationsDir: REVOCATIONS,
    },
  },
};
