import { FrameResult } from '@careledger/protocol';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { deviceToken, type PairedDevice, type TokenOptions } from './pairing.js';

const UNAUTHORIZED = 401;

/** What a gateway answers to a token out of time. */
const OutOfTime = Type.Object({ nonce: Type.String(), gatewayTime: Type.String() });

/** Sends a frame over HTTP. A token out of time is made again with the nonce that the gateway answers. */
export async function sendOverHttp(
  gatewayUrl: string,
  device: PairedDevice,
  frame: string,
  options: TokenOptions = {},
): Promise<FrameResult> {
  const response = await fetch(new URL('/v1/frames', gatewayUrl), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${deviceToken(device, options)}`,
      'content-type': 'application/jose',
    },
    body: frame,
  });
  const body: unknown = await response.json();
  const isRepeatable = response.status === UNAUTHORIZED && options.nonce === undefined;
  if (isRepeatable && Value.Check(OutOfTime, body)) {
    return sendOverHttp(gatewayUrl, device, frame, { ...options, nonce: body.nonce });
  }
  if (!Value.Check(FrameResult, body))
    throw new Error(`The gateway did not take the frame (${response.status}): ${JSON.stringify(body)}`);
  return body;
}
