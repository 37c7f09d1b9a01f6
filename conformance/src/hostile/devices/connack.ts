import { connect } from 'node:net';

const CONNECT = 0x10;
/** Clean session, with user name and password. */
const FLAGS = 0xc2;
const KEEP_ALIVE_S = 30;
const ANSWER_TIMEOUT_MS = 10_000;

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** Remaining length, seven bits a byte (MQTT 3.1.1 section 2.2.3). */
function lengthOf(bytes: number): number[] {
  const low = bytes & 0x7f;
  return bytes > 0x7f ? [low | 0x80, ...lengthOf(bytes >> 7)] : [low];
}

/**
 * Connects by hand, as any client may who does not keep to the rules of ours.
 * @returns the return code of the CONNACK (MQTT 3.1.1 section 3.2.2.3): 0 accepted; undefined where the broker hangs up
 */
export async function connack(
  mqttUrl: string,
  { clientId, username, password }: { clientId: string; username: string; password: string },
): Promise<number | undefined> {
  const { hostname, port } = new URL(mqttUrl);
  const variable = Buffer.concat([text('MQTT'), Buffer.from([4, FLAGS, 0, KEEP_ALIVE_S])]);
  const body = Buffer.concat([variable, text(clientId), text(username), text(password)]);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('The broker does not answer.')));
  socket.write(Buffer.concat([Buffer.from([CONNECT, ...lengthOf(body.length)]), body]));
  try {
    for await (const chunk of socket) return (chunk as Buffer)[3];
    return undefined;
  } finally {
    socket.destroy();
  }
}
