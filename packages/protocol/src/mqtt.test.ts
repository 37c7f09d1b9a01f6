import { describe, expect, test } from '@jest/globals';
import { deviceOfFramesTopic, framesTopic, resultsTopic } from './index.js';

const deviceId = `dev_${'a'.repeat(31)}q`;

describe('topics', () => {
  test('a frames topic names its device and nobody else’s shard', () => {
    expect(deviceOfFramesTopic(framesTopic(deviceId))).toBe(deviceId);
    expect(deviceOfFramesTopic(framesTopic(deviceId).replace('/q/', '/a/'))).toBeUndefined();
  });

  test('a results topic, a longer one or another root is no frames topic', () => {
    expect(deviceOfFramesTopic(resultsTopic(deviceId))).toBeUndefined();
    expect(deviceOfFramesTopic(`${framesTopic(deviceId)}/x`)).toBeUndefined();
    expect(deviceOfFramesTopic(framesTopic(deviceId).replace('careledger', 'other'))).toBeUndefined();
  });
});
