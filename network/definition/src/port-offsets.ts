/**
 * What is added to the native ports of the definition, so that networks of different purposes can run on one machine
 * at once: tests beside each other, and beside what a developer has up. A further one that is needed is added here.
 */
export const PORT_OFFSETS = {
  /** `make up-native`. */
  developer: 0,
  /** `make demo-fabric`. */
  demo: 500,
  // network/runners
  runnerSmall: 1_000,
  runnerFull: 1_500,
  runnerCommands: 2_000,
  runnerFabricCa: 2_500,
  // conformance
  operations: 4_000,
  backup: 4_500,
  faults: 5_000,
  services: 5_500,
  monitoring: 6_000,
  ledger: 6_500,
  peer: 7_000,
  chaincode: 8_000,
  hostile: 8_500,
  consent: 9_000,
  bench: 9_500,
} as const;
