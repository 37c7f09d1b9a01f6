import { expect, test } from '@jest/globals';
import { alarmIdOf, episodeIdOf } from './alarm-id.js';

test('an alarm’s name is its episode’s without the patient, and leads back to it', () => {
  const patientId = `pat_${'a'.repeat(32)}`;
  const episodeId = `${patientId}/glucose-very-low/1780300800000`;
  expect(alarmIdOf(patientId, episodeId)).toBe('glucose-very-low.1780300800000');
  expect(episodeIdOf(patientId, 'glucose-very-low.1780300800000')).toBe(episodeId);
});
