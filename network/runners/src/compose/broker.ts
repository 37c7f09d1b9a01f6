/** The MQTT broker that devices connect to. */
export const BROKER = 'mosquitto';
/** Where it listens for the gateway: docker/mosquitto/mosquitto.conf. */
export const BROKER_GATEWAY_PORT = 8884;
/** Folder of the volume with data in which the gateway puts revocation lists for it. */
export const BROKER_REVOCATIONS = 'broker-revocations';
/** In the gateway's own folder: the authority that certifies devices, to sign those lists. */
export const DEVICES_AUTHORITY = { cert: 'devices-ca.pem', key: 'devices-ca-key.pem' } as const;
