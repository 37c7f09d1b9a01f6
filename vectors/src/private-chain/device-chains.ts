import { sha256 } from '@careledger/crypto';
import {
  checkFrame,
  frameOrigin,
  newDeviceChain,
  nodeMerkleHasher,
  parseFrame,
} from '@careledger/private-chain';
import type { FramePayloadV1 } from '@careledger/private-chain';
import {
  EPOCH,
  deviceId,
  framesV2After,
  hashNamed,
  honestFrames,
  payload,
  sign,
  voidPayload,
} from '@careledger/private-chain/testing';
import type { DeviceChainVector } from '@careledger/private-chain/testing';
import type { Vector } from '@careledger/spec';

type Named = Vector<DeviceChainVector>;

const leafOf = (token: string): string => nodeMerkleHasher.leaf(token);

/** Frame `seq` with other content or another link than the honest one. */
const forged = (seq: number, prev: string, changes: Partial<FramePayloadV1> = {}): string =>
  sign(payload(seq, prev, changes));

const [f0, f1, f2, f3, f4] = honestFrames(5) as [string, string, string, string, string];
const otherReadings = {
  readings: [{ t: '2026-01-05T08:01:00Z', code: '2339-0', value: 180, unit: 'mg/dL' }],
};

/** Frame 1 as the gateway refused it, and the void frame in its place. */
const refused1 = f1;
const void1 = sign(voidPayload(1, leafOf(f0), leafOf(refused1)));
const void2 = sign(voidPayload(2, leafOf(refused1), leafOf(f2)));

export function validDeviceChains(): Named[] {
  return [
    arrive('device-chain', 'Frames in order.', [f0, f1, f2, f3, f4]),
    arrive('device-chain-gap', 'Frames 1 and 2 are lost: an explicit gap.', [f0, f3, f4]),
    arrive('device-chain-gap-at-start', 'The first frame is lost.', [f1, f2]),
    arrive('device-chain-mixed-versions', 'Frames of both versions, each linked to the one before.', [
      f0,
      ...framesV2After(f0, 1, 2),
    ]),
    arrive('device-chain-void', 'Frame 1 was refused while 2 was on its way: a void frame closes the hole.', [
      f0,
      f2,
      void1,
      f3,
    ]),
    arrive(
      'device-chain-void-next',
      'Frames 1 and 2 were refused, none behind them came: void in their turn.',
      [f0, void1, void2, f3],
    ),
    arrive('device-chain-void-backwards', 'Two refused frames are made void, the second first.', [
      f0,
      f3,
      void2,
      void1,
      f4,
    ]),
    arrive('device-chain-late-fillers', 'A gap of three is filled from the middle.', [f0, f4, f2, f1, f3]),
  ];
}

export function invalidDeviceChains(): Named[] {
  return [
    arrive('frame-replayed', 'The same frame again: a duplicate, stored once.', [f0, f1, f0]),
    arrive('forged-prev', 'The next counter does not continue the chain.', [
      f0,
      forged(1, hashNamed('another past')),
    ]),
    arrive('frame-counter-reused', 'Other content under a counter that is stored.', [
      f0,
      f1,
      forged(1, leafOf(f0), otherReadings),
    ]),
    arrive('gap-filler-wrong-link', 'A filler that does not continue the frame before the gap.', [
      f0,
      f3,
      forged(1, hashNamed('another past')),
    ]),
    arrive('gap-filler-wrong-content', 'A filler that is not the frame which the one after the gap names.', [
      f0,
      f2,
      forged(1, leafOf(f0), otherReadings),
    ]),
    arrive('gap-filler-not-joining', 'The filler of the last hole fits on one side only.', [
      f0,
      f4,
      f3,
      f1,
      forged(2, hashNamed('another past')),
    ]),
    arrive('void-of-other-frame', 'A void frame in the place of another frame than the one behind names.', [
      f0,
      f2,
      sign(voidPayload(1, leafOf(f0), hashNamed('another frame'))),
    ]),
    arrive('void-of-stored-frame', 'What is stored is not made void.', [f0, f1, void1]),
    arrive('voided-frame-again', 'The refused frame comes again after its place was made void.', [
      f0,
      f2,
      void1,
      refused1,
    ]),
    arrive('frame-of-other-epoch', 'A frame from before the device was reset.', [
      f0,
      ...honestFrames(2, 'epoch-0').slice(1),
    ]),
    arrive('frame-of-other-device', 'Counter 0 with the origin of another device.', [
      forged(0, frameOrigin('dev_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', EPOCH, sha256)),
    ]),
    arrive('counter-jump', 'A jump of more than a gap may have.', [
      f0,
      forged(2 ** 24 + 2, hashNamed('far')),
    ]),
  ];
}

/** Runs the rule to fill the outcomes in; the vector files are reviewed and compared with the rule by the tests. */
function arrive(name: string, description: string, tokens: readonly string[]): Named {
  const stored = new Map<number, string>();
  let state = newDeviceChain(deviceId, EPOCH, sha256);
  const arrivals: DeviceChainVector['arrivals'] = [];
  for (const token of tokens) {
    const frame = parseFrame(token);
    const verdict = checkFrame(state, frame, leafOf(token), (seq) => {
      const leaf = stored.get(seq);
      return leaf === undefined ? undefined : { leaf };
    });
    if (verdict.outcome === 'accepted') {
      state = verdict.nextState;
      stored.set(frame.seq, leafOf(token));
    }
    const { outcome } = verdict;
    arrivals.push(outcome === 'rejected' ? { token, outcome, code: verdict.code } : { token, outcome });
  }
  const openGaps = state.gaps.map(({ from, to }): [number, number] => [from, to]);
  return { name, type: 'device-chain', description, deviceId, epoch: EPOCH, arrivals, openGaps };
}
