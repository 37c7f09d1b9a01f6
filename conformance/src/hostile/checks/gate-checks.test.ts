import { describeChecks } from './checks-suite.js';
import { GATE_ATTEMPTS, type GateBuild } from '../gate/gate-attempts.js';
import { GATE_MUTANTS } from './gate-mutants.js';
import { GATE_LOCATIONS } from './gate-locations.js';
import { switchedBuild } from './switched-build.js';

const { build, switches } = await switchedBuild<GateBuild>(
  { '@careledger/api/testing': ['TestHospital', 'Unread', 'readerWith', 'testPatient'] },
  GATE_LOCATIONS,
);

describeChecks({
  switches,
  locations: GATE_LOCATIONS,
  mutants: GATE_MUTANTS,
  attempts: GATE_ATTEMPTS,
  run: (each) => each.run(build),
});
