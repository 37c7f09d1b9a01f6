import { fromUtf8, toBase64url } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { parseFrame } from '@careledger/private-chain';
import { fromCursor, toCursor } from '@careledger/service-kit';
import { Type } from 'typebox';
import { leafOfRow } from '../../chain/stored-leaves.js';
import type { GatewayCore } from '../../core.js';
import type { PatientChain } from '../../chain/patient-chain.js';
import type { FramesPage, FramesQuery, RawFrame } from './schemas.js';

/** Frames of one page, in bytes: a page ends with the block that goes beyond. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** Raw frames of sealed blocks, a page of them, in the order of their leaves. */
export function rawFrames(
  core: Pick<GatewayCore, 'chain' | 'devices'>,
  { patientNo, durableHead }: Pick<PatientChain, 'patientNo' | 'durableHead'>,
  { cursor, limit }: FramesQuery,
): FramesPage {
  const frames: RawFrame[] = [];
  let bytes = 0;
  const from = cursor === undefined ? 0 : fromCursor(cursor, Type.Integer({ minimum: 0 }));
  let height = from;
  for (; height <= durableHead.height && height < from + limit && bytes < PAGE_BYTES; height++)
    for (const [index, row] of core.chain.framesOf(patientNo, height).entries()) {
      bytes += row.jws?.length ?? 0;
      frames.push({
        ...{ height, index, leaf: leafOfRow(row), receivedAt: timestampOf(row.receivedMs) },
        ...(row.jws !== null && signedBy(core, fromUtf8(row.jws))),
      });
    }
  return { frames, next: height <= durableHead.height ? toCursor(height) : null };
}

function signedBy(
  { devices }: Pick<GatewayCore, 'devices'>,
  jws: string,
): Pick<RawFrame, 'jws' | 'deviceId' | 'deviceKey'> {
  const device = devices.findByKid(parseFrame(jws).kid);
  return {
    jws,
    ...(device !== undefined && {
      deviceId: device.deviceId,
      deviceKey: toBase64url(device.publicKey),
    }),
  };
}
