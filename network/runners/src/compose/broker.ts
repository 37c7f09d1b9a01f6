/** The MQTT broker that devices connect to. */
export const BROKER = 'mosquitto';
/** Where it listens for the gateway: docker/mosquitto/mosquitto.conf. */
export const BROKER_GATEWAY_PORT = 8884;
